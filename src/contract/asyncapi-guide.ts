// What the schemas can't say of the socket: how to come in, to stay, and to miss nothing.

import { closeCodes } from './close-codes.ts'
import { durableEvents } from './frames.ts'
import { limits } from './values.ts'
import { bearerPrefix, protocol } from './version.ts'

const closes = Object.entries(closeCodes)
  .map(([code, { reason, advice }]) => `| ${code} | ${reason} | ${advice} |`)
  .join('\n')

export const description = `One WebSocket, one room. Frames are JSON: \`{"event", "data"}\`.

**Subprotocols.** Offer \`${protocol}\` and, best, the access token as \`${bearerPrefix}<access_token>\`: it then
stands in no address and no log. The answer is always exactly \`${protocol}\`. To a client of \`${protocol}\`
one WebSocket message is one frame *or an array of frames*, in order, and frames about a person go to
that person too: ignore your own. To any other client it is always one frame, of others.

**Limits.** One frame a message, at most ${limits.frameMax / 1024} KiB. Over the rate limit, or when a frame is not
understood, an \`error\` comes and the socket stays. Larger frames close it; more than 4 MiB of them in 10
minutes keep the account out for an hour.

**Refused upgrades.** A refusal is a socket that is closed with a code, so that a browser can read it. After
ten of them in a minute an address gets problems over HTTP instead: 401 stands for 4401, 403 for 4403,
429 for 4429, 503 for 4503 or 1013. Answer the close: the connection is cut after 5 seconds.

**Order and resuming.** Live ${durableEvents.map((event) => `\`${event}\``).join(', ')} carry \`seq\`, which
rises by one with each event. Keep the last one you saw; connect again with \`epoch\` (from \`welcome\`) and
\`since\` (that \`seq\`). \`resumed: true\`: what you missed follows without \`seq\`, then \`synced\`. Otherwise
load the history anew. Apply a change only if its \`revision\` is higher than the one you have, and
reconnect when a live \`seq\` is not the last one plus one.

**Tokens.** A socket lives as long as its token. About a minute before the end comes \`token_expiring\`:
renew the token and send it as \`authenticate\`; \`authenticated\` says until when the socket lives now.
When the session ends, its sockets are closed with 4401. Clocks differ: a token is taken for a minute after
its end.

**Erased accounts.** \`user_erased\`: sign that person's messages with the new name, or drop them all if
\`messages\` is \`delete\`; no single deletions follow.

**Restarts.** \`reconnect\`: close and resume at a random moment within \`after_ms\`. Whoever stays is
closed with 1012.

**Heartbeat.** Send \`{"event":"ping","data":{}}\`, in exactly this spelling, every \`heartbeat_ms\`; and
on \`${protocol}\` also when 256 KiB came since your last ping, the next only after the last \`pong\`. Send
the first one right after \`synced\`: a socket that never sent anything may hear of our close late.

**Close codes.** A code that is not here: reconnect with back-off and jitter.

| code | why | then |
|---|---|---|
${closes}`
