/* Amounts in the page's language: a room is told once, for readers of any. */

/** Say an amount of minor units as people of the page's language write it. */
export function sayMoney(minor, currency) {
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency",
    currency,
  });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** Make what an amount such as a kilogram costs, to stand beside a price (D3). */
export function makeUnitPrice({ amount, per }, currency, word) {
  const place = document.createElement("span");
  place.className = "price__unit";
  const slash = document.createElement("span");
  slash.setAttribute("aria-hidden", "true");
  slash.textContent = " / ";
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.textContent = ` ${word} `;
  place.append(sayAmount(amount, currency), slash, spoken, per);
  return place;
}

/* A unit price has the decimals that its market shows. */
function sayAmount(amount, currency) {
  const digits = (amount.split(".")[1] ?? "").length;
  const format = new Intl.NumberFormat(document.documentElement.lang || "en-GB", {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(Number(amount));
}
