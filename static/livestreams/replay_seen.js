/* Who watched five seconds of a replay's moving picture is counted, once (W10). */

const ENOUGH_MS = 5000;
const MOST_GAP_MS = 1000;

export function countView(player, address) {
  let watched = 0;
  let movedAt = -Infinity;
  const look = () => {
    const now = performance.now();
    watched += Math.min(now - movedAt, MOST_GAP_MS);
    movedAt = now;
    if (watched < ENOUGH_MS) return;
    player.removeEventListener("player:moving", look);
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    fetch(address, { method: "POST", headers, keepalive: true }).catch(() => {});
  };
  player.addEventListener("player:moving", look);
}
