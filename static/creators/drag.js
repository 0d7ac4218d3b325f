/* A product dragged onto the preview is pinned; a pinned one dragged off it leaves. */

const KIND = "text/x-shopfront-product";

function buttonOf(id) {
  return document.getElementById(`pin-${id}`);
}

document.addEventListener("dragstart", (event) => {
  const item = event.target.closest?.("#studio-shelf [data-product]");
  if (!item) return;
  event.dataTransfer.setData(KIND, item.dataset.product);
  event.dataTransfer.effectAllowed = "move";
  document.body.toggleAttribute("data-dragging-product", true);
});

document.addEventListener("dragend", () => {
  document.body.removeAttribute("data-dragging-product");
});

function placeOf(event) {
  if (!event.dataTransfer?.types.includes(KIND)) return null;
  return event.target.closest?.("[data-drop-pin], #studio-shelf") ?? null;
}

document.addEventListener("dragover", (event) => {
  if (!placeOf(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
});

document.addEventListener("drop", (event) => {
  const place = placeOf(event);
  if (!place) return;
  event.preventDefault();
  const button = buttonOf(event.dataTransfer.getData(KIND));
  const isPinned = Boolean(button?.form.querySelector('[name="pin"]'));
  const isOntoPicture = place.matches("[data-drop-pin]");
  if (button && !button.disabled && isPinned !== isOntoPicture) button.click();
});
