// The frames of the socket in both directions: `{event, data}`, and `seq` on live durable events.
// There is one schema per event; the types of the room and its clients are inferred from them.

import { z } from '@hono/zod-openapi'
import { Member, Message } from './entities.ts'
import { RestrictedPerson, Room } from './moderation.ts'
import { AuditEntry, Report } from './moderation-records.ts'
import { type FrameProblemCode, frameProblems, problemCodes } from './problems.ts'
import { ReactionSet, Reactions, ReactionsChanged } from './reactions.ts'
import { newReferences } from './references.ts'
import { ClientId, Content, Id, Time } from './values.ts'

const nothing = z.object({})
const person = z.object({ user_id: Id, username: z.string() })
const seq = z.int().nonnegative()
/** Characters; more than the longest username needs. */
const maxAccessTokenLength = 4096

/** client → room. One frame per WebSocket message, at most `limits.frameMax` bytes. */
export const clientFrames = {
  send_message: z.object({ content: Content, client_id: ClientId.optional(), ...newReferences }),
  react: z.object({ message_id: Id, reactions: Reactions }).meta({
    description:
      'Is answered by `reaction_set` or `error`, within a second. Repeat it until then: it says all that ' +
      'the user chooses, so a repetition changes nothing',
  }),
  mark_read: z.object({ message_id: Id }).meta({
    description:
      'Has no answer. An older message than the one marked before changes nothing, and one that the ' +
      'room does not know yet counts as its newest',
  }),
  typing: nothing,
  ping: nothing,
  authenticate: z.object({
    token: z.string('Must be text.').min(1, 'Is empty.').max(maxAccessTokenLength, 'Is too long.'),
  }),
} as const

export type ClientEvent = keyof typeof clientFrames
export type ClientData<E extends ClientEvent> = z.infer<(typeof clientFrames)[E]>

export const clientEvents = Object.keys(clientFrames) as [ClientEvent, ...ClientEvent[]]

/** The spelling of `ping` that the platform answers without waking the room. */
export const canonicalPing = '{"event":"ping","data":{}}'
export const canonicalPong = '{"event":"pong","data":{}}'

const errorCodes = [...problemCodes, ...Object.keys(frameProblems)] as [
  FrameProblemCode,
  ...FrameProblemCode[],
]

/** room → client. */
export const roomFrames = {
  welcome: z
    .object({
      user_id: Id,
      username: z.string(),
      epoch: z.string().meta({
        description:
          'Identifies the log; another one means that positions of before are worthless: load the history again',
      }),
      resumed: z.boolean().meta({ description: 'false: load the history again' }),
      server_time: Time,
      token_expires_at: Time,
      heartbeat_ms: z.int().positive().meta({ description: 'How often to ping, in milliseconds' }),
      max_content: z.int().positive().meta({ description: 'Code points' }),
      rate_limit: z.object({ max: z.int().positive(), window_ms: z.int().positive() }),
      online_count: z.int().nonnegative(),
    })
    .meta({ description: 'The first frame of every socket' }),
  users_online: z.object({ count: z.int().nonnegative(), users: z.array(Member) }).meta({
    description:
      'How many users are online, and the latest of them. Follows `welcome`. Without `chat.v1`, it ' +
      'also replaces joins and leaves that occur together in a crowd',
  }),
  synced: nothing.meta({
    description: 'The client has all events up to `seq`; live frames follow',
  }),
  new_message: Message.meta({ description: 'A message, sent to everyone including its author' }),
  message_edited: z.object({
    message_id: Id,
    content: z.string(),
    updated_at: Time,
    revision: z.int().positive(),
  }),
  message_deleted: z.object({ message_id: Id, revision: z.int().positive() }),
  user_joined: person,
  user_left: person,
  user_typing: person,
  user_erased: z
    .object({
      user_id: Id,
      username: z.string().meta({ description: 'The name on the messages from now on' }),
      messages: z.enum(['keep', 'delete']),
    })
    .meta({ description: 'An account was erased: its messages lose their name, or are deleted' }),
  messages_purged: z
    .object({
      user_id: Id,
      from_id: Id,
      to_id: Id,
      revision: z.int().positive(),
    })
    .meta({
      description:
        'All messages of a person from `from_id` to `to_id`, both included, were deleted at once',
    }),
  reactions_changed: ReactionsChanged.meta({
    description:
      'How often each emoji was chosen for a message, whole. At most one per message and half a second',
  }),
  reaction_set: ReactionSet.meta({
    description:
      'What the user has chosen for a message. Sent to all connections of the user and to nobody else, in ' +
      'no replay: it answers `react`, and tells of reactions from elsewhere',
  }),
  room_changed: Room.meta({
    description:
      'The state of the room, whole. Follows `users_online` for each new connection, and is sent ' +
      'after each change; the higher `revision` is newer',
  }),
  restricted: RestrictedPerson.meta({
    description:
      'The mute and the ban of a person. Sent to that person, also after `users_online`, and to ' +
      'moderators. After a ban the socket closes with 4403: reconnect when the ban is over',
  }),
  report_filed: Report.meta({
    description: 'A report was filed or closed. Sent to moderators only',
  }),
  audit_added: AuditEntry.meta({
    description: 'Something was moderated. Sent to moderators only',
  }),
  read_marked: z.object({ message_id: Id }).meta({
    description:
      'The newest message that the user has read, from another connection or a call. Sent to ' +
      'connections of the user only, and in no replay. Keep the newer of it and your own',
  }),
  token_expiring: z
    .object({ token_expires_at: Time })
    .meta({ description: 'Renew the token with `authenticate`, or the socket closes with 4401' }),
  authenticated: z
    .object({ token_expires_at: Time })
    .meta({ description: 'Sent to the connection that sent `authenticate`' }),
  reconnect: z
    .object({
      after_ms: z.int().nonnegative().meta({
        description: 'Close and resume at a random moment within this many milliseconds',
      }),
    })
    .meta({ description: 'The room is about to restart' }),
  pong: nothing,
  error: z
    .object({
      message: z.string().meta({ description: 'A sentence for a person' }),
      code: z.enum(errorCodes),
      errors: z
        .record(z.string(), z.string())
        .optional()
        .meta({ description: 'For `invalid`: field of `data` → what is wrong with it' }),
      event: z
        .enum(clientEvents)
        .optional()
        .meta({ description: 'The event that was refused, if it is known' }),
      client_id: ClientId.optional(),
      message_id: Id.optional().meta({ description: 'For `react`' }),
      retry_after_ms: z.int().positive().optional(),
    })
    .meta({
      description: 'Sent only to the connection whose frame was refused; the socket stays open',
    }),
} as const

export type RoomEvent = keyof typeof roomFrames
export type RoomData<E extends RoomEvent> = z.infer<(typeof roomFrames)[E]>

/** Events that carry `seq` when they are live. */
export const sequencedEvents = [
  'synced',
  'new_message',
  'message_edited',
  'message_deleted',
  'user_erased',
  'messages_purged',
  'reactions_changed',
  'room_changed',
] as const
type SequencedEvent = (typeof sequencedEvents)[number]

export type RoomFrame = {
  [E in RoomEvent]: { event: E; data: RoomData<E> } & (E extends SequencedEvent
    ? { seq?: number }
    : unknown)
}[RoomEvent]

/** The schema of a whole frame of one event. */
export function roomFrame<E extends RoomEvent>(event: E) {
  return z.strictObject({
    event: z.literal(event),
    data: roomFrames[event],
    ...((sequencedEvents as readonly string[]).includes(event) && { seq: seq.optional() }),
  })
}
