// The wire as its published documents describe it: shapes of frames and pages, and how a WebSocket
// message is read. It shares nothing with src/, so that an error there cannot hide here.

export type Member = { id: string; username: string }

export type Message = {
  id: string
  user_id: string
  username: string
  content: string
  created_at: string
  updated_at: string | null
  is_deleted: boolean
  revision: number
  client_id?: string | undefined
  reply_to?: string | undefined
  referenced?: Referenced | undefined
  mentions?: string[] | undefined
  mentions_room?: true | undefined
  reactions?: Reactions | undefined
}

/** By emoji, how many people chose it. */
export type Reactions = { counts: Record<string, number>; revision: number }

/** A message as it is shown with a reply to it. */
export type Referenced = {
  id: string
  user_id: string
  username: string
  excerpt: string
  is_deleted: boolean
}

/** Where a client is in the log. */
export type Position = { epoch: string; seq: number }

/** `session` is the position by its former name, which the release before knows alone. */
export type Page = {
  messages: Message[]
  next_cursor: string | null
  previous_cursor?: string | null
  session: Position
  own_reactions?: Record<string, string[]>
}

export type Edit = { message_id: string; content: string; updated_at: string; revision: number }
export type Deletion = { message_id: string; revision: number }
export type Erasure = { user_id: string; username: string; messages: 'keep' | 'delete' }
export type Purge = { user_id: string; from_id: string; to_id: string; revision: number }
export type Room = {
  staff: { user_id: string; username: string; role: 'owner' | 'moderator' }[]
  slow_mode_ms: number
  posting: string
  links: string
  announcement: string | null
  pins: Message[]
  reactions?: string[]
  revision: number
}
export type ReactionsChange = Reactions & { message_id: string }
/** `until` is null for one that holds for good. */
export type Restriction = { until: string | null; reason: string | null }
export type Restricted = {
  user_id: string
  username: string
  mute: Restriction | null
  ban: Restriction | null
}
export type Refusal = {
  code: string
  message: string
  event?: string | undefined
  client_id?: string | undefined
  message_id?: string | undefined
  retry_after_ms?: number | undefined
}

type FrameData = {
  welcome: { user_id: string; epoch: string; resumed: boolean; server_time: string }
  users_online: { count: number; users: Member[] }
  synced: object
  new_message: Message
  message_edited: Edit
  message_deleted: Deletion
  user_erased: Erasure
  messages_purged: Purge
  reactions_changed: ReactionsChange
  reaction_set: { message_id: string; reactions: string[]; revision: number }
  room_changed: Room
  restricted: Restricted
  report_filed: { id: string }
  audit_added: { id: string }
  user_joined: { user_id: string }
  user_left: { user_id: string }
  user_typing: { user_id: string }
  read_marked: { message_id: string }
  token_expiring: object
  authenticated: object
  reconnect: { after_ms: number }
  pong: object
  error: Refusal
}

export type FrameOf<E extends keyof FrameData> = {
  event: E
  data: FrameData[E]
  seq?: number | undefined
}
export type Frame = { [E in keyof FrameData]: FrameOf<E> }[keyof FrameData]

/** What moderators are told of others. A person is told of the own restrictions by the same event. */
export type StaffNotice = FrameOf<'report_filed'> | FrameOf<'audit_added'> | FrameOf<'restricted'>

const staffNotices = new Set(['report_filed', 'audit_added', 'restricted'])

export const isStaffNotice = (frame: Frame): frame is StaffNotice => staffNotices.has(frame.event)

export type DurableFrame =
  | FrameOf<'new_message'>
  | FrameOf<'message_edited'>
  | FrameOf<'message_deleted'>
  | FrameOf<'user_erased'>
  | FrameOf<'messages_purged'>
  | FrameOf<'reactions_changed'>
  | FrameOf<'room_changed'>

const durableEvents = new Set([
  'new_message',
  'message_edited',
  'message_deleted',
  'user_erased',
  'messages_purged',
  'reactions_changed',
  'room_changed',
])

/** Each new connection is told the state of the room, which is no event then. */
export function isDurable(frame: Frame): frame is DurableFrame {
  if (frame.event === 'room_changed') return frame.seq !== undefined
  return durableEvents.has(frame.event)
}

/** The id of the message or user that the frame is about, or `room`. */
export function subjectOf({ event, data }: DurableFrame): string {
  if (event === 'new_message') return data.id
  if (event === 'room_changed') return 'room'
  return 'message_id' in data ? data.message_id : data.user_id
}

export type ReadMessage = {
  frames: Frame[]
  /** The broken rule, in a sentence; null if the message keeps all rules. */
  violation: string | null
}

/**
 * Reads one WebSocket message: a frame, or an array of frames for clients that offered `chat.v1`.
 * @param batching whether the client offered `chat.v1`
 */
export function readMessage(text: string, { batching }: { batching: boolean }): ReadMessage {
  let parsed: Frame | Frame[]
  try {
    parsed = JSON.parse(text)
  } catch {
    return { frames: [], violation: 'a message is not JSON' }
  }
  if (!Array.isArray(parsed)) return { frames: [parsed], violation: null }
  if (!batching) return { frames: parsed, violation: 'a plain client received an array' }
  return { frames: parsed, violation: parsed.length === 0 ? 'an array is empty' : null }
}
