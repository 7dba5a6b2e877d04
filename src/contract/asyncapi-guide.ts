// The description of the AsyncAPI document: connecting, staying connected and resuming, which
// schemas cannot express.

import { closeCodes } from './close-codes.ts'
import { sequencedEvents } from './frames.ts'
import { limits } from './values.ts'
import { bearerPrefix, protocol } from './version.ts'

const closes = Object.entries(closeCodes)
  .map(([code, { reason, advice }]) => `| ${code} | ${reason} | ${advice} |`)
  .join('\n')

export const description = `One WebSocket, one room. Frames are JSON: \`{"event", "data"}\`.

**Subprotocols.** Offer \`${protocol}\` and preferably the access token as \`${bearerPrefix}<access_token>\`, which
keeps it out of URLs and logs. The server always answers with exactly \`${protocol}\`. For a client of
\`${protocol}\`, one WebSocket message is one frame *or an array of frames* in order, and frames about a user
also go to that user: ignore your own. For any other client it is always one frame about another user.

**Limits.** One frame per message, at most ${limits.frameMax / 1024} KiB. When a client exceeds the rate limit, or a
frame is not understood, an \`error\` follows and the socket stays open. Larger frames close it; more than
4 MiB of them in 10 minutes block the account for an hour.

**Errors.** \`error\` names the refused \`event\`, if it is known, and the \`client_id\`, or the \`message_id\` of \`react\`. With \`retry_after_ms\` the
refusal is temporary: wait that long, which may be days, and send the frame again. \`rate_limited\`,
\`slow_mode\` and \`room_busy\` always have it. \`muted\` has it if the mute has an end, \`posting_closed\` and
\`content_refused\` if only the account is too new. Without it, sending the frame again cannot help.

**Refused upgrades.** A browser cannot read the HTTP response to a refused upgrade, so the server opens the
socket and closes it with a code: ten times a minute for an address, or for a member if the token is valid.
Further refusals are HTTP problems: 401 stands for 4401, 403 for 4403, 429 for 4429, 503 for 4503 or 1013.
A banned person gets \`restricted\` before the close.
Answer the close: otherwise the server cuts the connection after 5 seconds.

**Order and resuming.** Live ${sequencedEvents.map((event) => `\`${event}\``).join(', ')} carry \`seq\`, which
rises by one with each event. Keep the last one. To resume, connect with \`epoch\` (from \`welcome\`) and
\`since\` (that \`seq\`). With \`resumed: true\`, the missed events follow without \`seq\`, then \`synced\`.
Otherwise load the history again. Apply a change only if its \`revision\` is higher than the one you have, and
reconnect when a live \`seq\` is not the last one plus one. Ignore events that you do not know, but keep their \`seq\`.

**Tokens.** A socket lives as long as its token. About a minute before it expires, \`token_expiring\` follows:
refresh the token and send it as \`authenticate\`; \`authenticated\` says when the new one expires. When the
session ends, its sockets close with 4401. Because clocks differ, a token stays valid for one minute after
its expiry.

**Erased accounts.** \`user_erased\`: show the new name on the messages of that user, or drop all of them if
\`messages\` is \`delete\`. There are no single deletions.

**Moderation.** \`room_changed\` is always the whole state of the room. It follows \`users_online\` without \`seq\`,
and comes with \`seq\` after each change. Replace yours if the \`revision\` is not lower, and always after a
\`welcome\` with another \`epoch\`. \`messages_purged\`: drop all messages of that user from \`from_id\` to \`to_id\`,
both included, also those that a page brings later. \`restricted\`, \`report_filed\` and \`audit_added\` go to
single users, without \`seq\` and in no replay. \`restricted\` goes to the person and to moderators, so compare
\`user_id\`. No frame tells that the time of a mute or a ban is over: compare \`until\`.

**Bans.** A banned person gets \`restricted\`, and then a close with 4403. Reconnect at \`until\`, if it is not null.

**Reactions.** \`react\` has all that the user chooses for a message. \`reaction_set\` answers it on all connections of
that user, or an \`error\` with the \`message_id\`; repeat it until one of them comes. \`reactions_changed\` has all
counts of a message: keep those with the higher \`revision\`, from wherever they come. A replay has no
\`reaction_set\`: load \`GET /auth/me/reactions\`.

**Read markers.** \`mark_read\` has no answer. The other connections of the same user get \`read_marked\` if the
marker has risen, and after \`PUT /auth/me/read\` all of them do; nobody else does. Load the marker and the
numbers with \`GET /auth/me/read\` after each \`synced\`. A marker only rises: keep the newest one.

**Restarts.** \`reconnect\`: close and resume at a random moment within \`after_ms\`. Sockets that are still
open then close with 1012.

**Heartbeat.** Send \`{"event":"ping","data":{}}\`, in exactly this spelling, every \`heartbeat_ms\`. With
\`${protocol}\`, also send it when 256 KiB arrived since the last ping, and the next one only after its
\`pong\`. Send the first one right after \`synced\`: a socket that never sent anything may notice a close late.

**Close codes.** For a code that is not listed, reconnect with back-off and jitter.

| code | reason | advice |
|---|---|---|
${closes}`
