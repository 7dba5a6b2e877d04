// The socket's frames, both ways: `{event, data}`, and `seq` on live durable events.
// One schema an event; what is inferred from them is what the room and its clients use.

import { z } from '@hono/zod-openapi'
import { Member, Message } from './entities.ts'
import { type FrameProblemCode, frameProblems, problemCodes } from './problems.ts'
import { ClientId, Content, Id, Time } from './values.ts'

const nothing = z.object({})
const person = z.object({ user_id: Id, username: z.string() })
const seq = z.int().nonnegative()
/** Characters; more than the longest name needs. */
const accessTokenMax = 4096

/** client → room. One frame a WebSocket message, at most `limits.frameMax` bytes. */
export const clientFrames = {
  send_message: z.object({ content: Content, client_id: ClientId.optional() }),
  typing: nothing,
  ping: nothing,
  authenticate: z.object({
    token: z.string('Must be text.').min(1, 'Is empty.').max(accessTokenMax, 'Is too long.'),
  }),
} as const

export type ClientEvent = keyof typeof clientFrames
export type ClientData<E extends ClientEvent> = z.infer<(typeof clientFrames)[E]>

export const clientEvents = Object.keys(clientFrames) as [ClientEvent, ...ClientEvent[]]

/** The spelling of `ping` that is answered without waking the room. */
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
      epoch: z
        .string()
        .meta({ description: 'Names the log; changes only when the log was emptied' }),
      resumed: z.boolean().meta({ description: 'false: load the history anew' }),
      server_time: Time,
      token_expires_at: Time,
      heartbeat_ms: z.int().positive().meta({ description: 'Ping this often, in milliseconds' }),
      max_content: z.int().positive().meta({ description: 'Code points' }),
      rate_limit: z.object({ max: z.int().positive(), window_ms: z.int().positive() }),
      online_count: z.int().nonnegative(),
    })
    .meta({ description: 'The first frame of every socket' }),
  users_online: z.object({ count: z.int().nonnegative(), users: z.array(Member) }).meta({
    description:
      'How many are here, and the latest of them. Follows `welcome`; in a crowd, without ' +
      '`chat.v1`, it also takes the place of the joins and leaves that come together',
  }),
  synced: nothing.meta({ description: 'Nothing was missed up to `seq`; live frames follow' }),
  new_message: Message.meta({ description: 'A message, to everyone including its author' }),
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
      username: z.string().meta({ description: 'What the messages are signed with from now on' }),
      messages: z.enum(['keep', 'delete']),
    })
    .meta({ description: 'An account has ended: its messages lose their name, or are deleted' }),
  token_expiring: z
    .object({ token_expires_at: Time })
    .meta({ description: 'Renew the token: `authenticate`, or the socket closes with 4401' }),
  authenticated: z
    .object({ token_expires_at: Time })
    .meta({ description: 'To the one who sent `authenticate`' }),
  reconnect: z
    .object({
      after_ms: z.int().nonnegative().meta({
        description: 'Leave and resume at a random moment within so many milliseconds',
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
      client_id: ClientId.optional(),
      retry_after_ms: z.int().positive().optional(),
    })
    .meta({ description: 'To the offender only; the socket stays' }),
} as const

export type RoomEvent = keyof typeof roomFrames
export type RoomData<E extends RoomEvent> = z.infer<(typeof roomFrames)[E]>

/** Events that carry `seq` when they are live. */
export const durableEvents = [
  'synced',
  'new_message',
  'message_edited',
  'message_deleted',
  'user_erased',
] as const
type DurableEvent = (typeof durableEvents)[number]

export type RoomFrame = {
  [E in RoomEvent]: { event: E; data: RoomData<E> } & (E extends DurableEvent
    ? { seq?: number }
    : unknown)
}[RoomEvent]

/** A whole frame of one event, to check what was sent or received. */
export function roomFrame<E extends RoomEvent>(event: E) {
  return z.strictObject({
    event: z.literal(event),
    data: roomFrames[event],
    ...((durableEvents as readonly string[]).includes(event) && { seq: seq.optional() }),
  })
}
