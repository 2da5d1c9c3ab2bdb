// The theme's arrows that open a part of the navigation have no words of their own.
document.addEventListener("DOMContentLoaded", () => {
  for (const summary of document.querySelectorAll("summary")) {
    if (!summary.textContent.trim()) summary.setAttribute("aria-label", "More pages");
  }
  // The setup cell scrolls within itself: so it must, by the keyboard.
  for (const cell of document.querySelectorAll(".tag_setup .cell_input")) {
    cell.tabIndex = 0;
    cell.setAttribute("role", "region");
    cell.setAttribute("aria-label", "Setup cell");
  }
  // On a phone a figure's words are small: alone on a page it can be made larger.
  for (const image of document.querySelectorAll(".cell_output img")) {
    const link = document.createElement("a");
    link.href = image.src;
    image.replaceWith(link);
    link.append(image);
  }
});
