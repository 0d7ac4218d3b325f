/* A phone's keyboard: the page keeps to what is left above it. */

const LEAST_PX = 120;

/** Fit an element to the part of the window that a keyboard leaves free. */
export function keepAboveKeyboard(page) {
  const view = window.visualViewport;
  if (!view) return;
  const fit = () => {
    const below = Math.round(window.innerHeight - view.height - view.offsetTop);
    /* Who has zoomed in looks at a part of the page, and no keyboard is open. */
    const isOpen = below > LEAST_PX && view.scale < 1.05;
    page.toggleAttribute("data-typing", isOpen);
    page.style.setProperty("--view-top", isOpen ? `${view.offsetTop}px` : "0px");
    page.style.setProperty("--view-bottom", isOpen ? `${below}px` : "0px");
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
}
