// One sentence about each event, for the AsyncAPI document.

import type { ClientEvent, RoomEvent } from './frames.ts'

export const summaries: Record<ClientEvent | RoomEvent, string> = {
  send_message: 'Sends a message to the room',
  mark_read: 'Marks messages as read, up to this one',
  typing: 'Tells the others that this user is typing',
  ping: 'Asks for a pong',
  authenticate: 'Renews the token of the socket',
  welcome: 'The first frame of every socket',
  users_online: 'Lists who is online',
  synced: 'The replay is over; live frames follow',
  new_message: 'A message was sent',
  message_edited: 'A message has a new text',
  message_deleted: 'A message was deleted for good',
  user_joined: 'A user came online',
  user_left: 'A user went offline',
  user_typing: 'A user is typing',
  user_erased: 'An account was erased',
  messages_purged: 'Messages of one person were deleted together',
  room_changed: 'The state of the room',
  restricted: 'A person is muted or banned, or no longer is',
  report_filed: 'A report was filed or closed',
  audit_added: 'The audit log has a new entry',
  read_marked: 'This user has marked messages as read elsewhere',
  token_expiring: 'The token is about to expire',
  authenticated: 'The new token was accepted',
  reconnect: 'Asks the client to reconnect soon',
  pong: 'Answers a ping',
  error: 'The last frame was refused',
}
