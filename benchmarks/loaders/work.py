"""What every loader is asked for."""

SIZE = 224
BATCH = 32
WORKERS = 2
CLASSES = 10
MIXUP = 0.8
ERASING = 0.25
RAND_AUGMENT = (2, 9.0, 0.5)  # operations, magnitude, its deviation
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)

# Bicubic and antialiased in each; every batch ends as float32, normalized, 224 x 224.
ROWS = {
    "evaluation": "the shorter side to 224 pixels, the middle",
    "crop and flip": "a random crop of 8 to 100 % of the area, a flip",
    "RandAugment": "that, two operations of RandAugment at magnitude 9, noise in a "
    "rectangle of one image in four, MixUp",
}
