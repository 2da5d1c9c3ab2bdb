"""Fast paths written with PyTorch itself: imported on its backend only."""
