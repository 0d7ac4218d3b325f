/* Parts of a run are dragged to their place; the arrows beside them do the same. */

let dragged = null;

function partOf(event) {
  return event.target.closest?.("[data-run] > [data-part]");
}

function arm() {
  for (const part of document.querySelectorAll("[data-run] > [data-part]")) {
    part.draggable = true;
  }
}

function clear() {
  for (const part of document.querySelectorAll(".run__part--over, .run__part--held")) {
    part.classList.remove("run__part--over", "run__part--held");
  }
}

document.addEventListener("dragstart", (event) => {
  dragged = partOf(event);
  if (!dragged) return;
  if (dragged.contains(document.activeElement) && document.activeElement.matches("input, textarea")) {
    event.preventDefault(); // somebody marks words
    return;
  }
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("run__part--held");
});

document.addEventListener("dragover", (event) => {
  const over = partOf(event);
  if (!dragged || !over) return;
  event.preventDefault();
  document.querySelector(".run__part--over")?.classList.remove("run__part--over");
  if (over !== dragged) over.classList.add("run__part--over");
});

document.addEventListener("drop", (event) => {
  const over = partOf(event);
  if (!dragged || !over || over === dragged) return;
  event.preventDefault();
  const form = dragged.querySelector(".run__acts form:has(input[name=before])");
  if (!form) return;
  const isBelow = dragged.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
  const before = isBelow ? over.nextElementSibling : over;
  form.elements.before.value = before?.dataset.part ?? "";
  form.requestSubmit();
});

document.addEventListener("dragend", () => {
  dragged = null;
  clear();
});

document.addEventListener("htmx:afterSwap", arm);
arm();
