/* Reporting a line of chat: a reason, a receipt, from mouse, touch or keyboard. */

export class Reporter {
  #dialog;
  #form;
  #note;
  #sender;
  #message = "";

  /* The sender takes "chat.report" with its facts: the room, or a replay. */
  constructor(root, sender) {
    this.#sender = sender;
    this.#dialog = root.querySelector("[data-report]");
    if (!this.#dialog) return;
    this.#form = this.#dialog.querySelector("form");
    this.#note = this.#dialog.querySelector("[data-report-note]");
    root.querySelector("[data-chat-list]").addEventListener("click", (event) => {
      const line = event.target.closest("[data-report-open]")?.closest("[data-message]");
      if (line) this.#open(line);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    for (const button of this.#dialog.querySelectorAll("[data-report-close]")) {
      button.addEventListener("click", () => this.#dialog.close());
    }
  }

  #open(line) {
    this.#message = line.dataset.message;
    this.#form.reset();
    this.#ask(true);
    this.#note.textContent = "";
    const quote = this.#dialog.querySelector("[data-report-quote]");
    quote.textContent = line.querySelector("[data-text]").textContent;
    this.#dialog.showModal();
  }

  async #send() {
    const button = this.#form.querySelector("[type=submit]");
    const message = this.#message;
    const reason = this.#form.elements.namedItem("reason").value;
    button.setAttribute("aria-busy", "true");
    let text = "";
    let isTaken = false;
    try {
      const { receipt } = await this.#sender.send("chat.report", { message, reason });
      text = this.#dialog.dataset.textReceipt.replace("{receipt}", receipt);
      isTaken = true;
    } catch (refusal) {
      text = refusal.message || this.#dialog.dataset.textLost;
    } finally {
      button.removeAttribute("aria-busy");
    }
    if (message !== this.#message) return;
    this.#note.textContent = text;
    if (isTaken) this.#ask(false);
  }

  /* Once taken, only the receipt and the way out are left. */
  #ask(isOpen) {
    for (const part of this.#form.querySelectorAll("[data-report-ask]")) {
      part.hidden = !isOpen;
    }
  }
}
