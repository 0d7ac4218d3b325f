/* The live room of a page: joins its parts to one socket. */

import { Beats } from "./beats.js";
import { Bundles } from "./bundles.js";
import { Cases } from "./cases.js";
import { Chat } from "./chat.js";
import { ChatForm } from "./chat_form.js";
import { ChatHeard } from "./chat_heard.js";
import { Quotes } from "./chat_quotes.js";
import { ChatTop } from "./chat_top.js";
import { RoomConnection } from "./connection.js";
import { Drops } from "./drops.js";
import { Giveaways } from "./giveaways.js";
import { keepAboveKeyboard } from "./keyboard.js";
import { Mentions } from "./mentions.js";
import { Offers } from "./offers.js";
import { Pins } from "./pins.js";
import { Polls } from "./polls.js";
import { Questions } from "./questions.js";
import { Reporter } from "./report.js";
import { Shown } from "./shown.js";
import { Told } from "./told.js";

const MOST_HEARTS = 8;
const SHOW_STATES = {
  "show.started": "live",
  "show.resumed": "live",
  "show.paused": "paused",
  "show.ended": "ended",
};

function followShow(room) {
  let newest = -1;
  for (const [type, state] of Object.entries(SHOW_STATES)) {
    room.addEventListener(type, ({ detail }) => {
      if (detail.seq <= newest) return;
      newest = detail.seq;
      const told = { detail: { state, at: detail.at, why: detail.why } };
      document.dispatchEvent(new CustomEvent("show-changed", told));
    });
  }
}

function showViewers(room) {
  room.addEventListener("viewers", ({ detail }) => {
    for (const place of document.querySelectorAll("[data-viewers]")) {
      place.textContent = sayViewers(place.dataset, detail.count);
      place.hidden = false;
    }
  });
}

/* Under ten there is no count on the wire. */
function sayViewers(words, count) {
  if (count === null || count === undefined) return words.few;
  const number = new Intl.NumberFormat(document.documentElement.lang).format(count);
  return words.many.replace("{count}", number);
}

function passCaptionsOn(room) {
  room.addEventListener("captions.added", ({ detail }) => {
    document.dispatchEvent(new CustomEvent("captions-added", { detail }));
  });
}

function floatHearts(page, count) {
  const sky = page.querySelector("[data-hearts]");
  if (!sky || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (let n = 0; n < Math.min(count, MOST_HEARTS); n += 1) {
    const heart = document.createElement("span");
    heart.className = `heart heart--${Math.floor(Math.random() * 5)}`;
    heart.textContent = "♥";
    heart.addEventListener("animationend", () => heart.remove());
    sky.append(heart);
  }
}

/* One's own heart rises at once; the room's sum brings those of the others. */
function react(page, room) {
  let own = 0;
  for (const button of page.querySelectorAll("[data-react]")) {
    button.addEventListener("click", () => {
      own += 1;
      floatHearts(page, 1);
      room.send("reaction.send").catch(() => {
        own = Math.max(0, own - 1);
      });
    });
  }
  room.addEventListener("reactions", ({ detail }) => {
    const mine = Math.min(own, detail.count);
    own -= mine;
    floatHearts(page, detail.count - mine);
  });
}

/* Mentions come before what is heard: it asks whom a line names. */
function openChat(chat, room) {
  const lines = new Chat(chat, room);
  new ChatForm(chat, room, (text) => lines.say(text));
  new Quotes(chat, room);
  new Mentions(chat, room);
  new ChatHeard(chat, room);
  new ChatTop(chat, room);
  new Reporter(chat, room);
  new Told(chat, room);
  new Questions(chat, room);
  new Cases(chat, room);
  new Polls(chat.querySelector("[data-asked]"), room);
}

/** Open the room that an element names and join the parts within it. */
export function openRoom(page) {
  const { ws: path, ticket, ticketUrl, livestream } = page.dataset;
  const room = new RoomConnection({ path, ticket, ticketUrl });
  const chat = page.querySelector("[data-chat]");
  const pins = page.querySelector("[data-pins]");
  if (chat) openChat(chat, room);
  const shown = page.querySelector("[data-shown]");
  if (shown && pins?.dataset.sheetAddress) new Shown(shown, { livestream, words: pins.dataset });
  if (pins && page.dataset.now) new Offers(page, pins, room);
  const drops = page.querySelector("[data-drops]");
  if (drops && page.dataset.now) new Drops(drops, page, room);
  const giveaways = page.querySelector("[data-giveaways]");
  if (giveaways) new Giveaways(giveaways, room);
  if (pins) new Bundles(pins, room);
  if (pins) new Pins(pins, room, livestream);
  if (page.querySelector("[data-player]")) new Beats(page, room);
  followShow(room);
  showViewers(room);
  passCaptionsOn(room);
  react(page, room);
  keepAboveKeyboard(page);
  page.dataset.room = "connecting";
  room.addEventListener("open", () => (page.dataset.room = "open"));
  room.addEventListener("lost", () => (page.dataset.room = "lost"));
  room.addEventListener("closed", () => (page.dataset.room = "closed"));
  room.open();
  return room;
}

for (const page of document.querySelectorAll("[data-ws]")) openRoom(page);
