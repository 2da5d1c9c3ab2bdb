// The theme's arrows that open a part of the navigation have no words of their own.
document.addEventListener("DOMContentLoaded", () => {
  for (const summary of document.querySelectorAll("summary")) {
    if (!summary.textContent.trim()) summary.setAttribute("aria-label", "More pages");
  }
});
