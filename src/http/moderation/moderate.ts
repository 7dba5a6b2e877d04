// Asks the room for something that only moderators may do. The room checks the permission.

import type { Context } from 'hono'
import type {
  ModerationAnswer,
  ModerationCall,
  ModerationKind,
} from '../../domain/moderation-calls.ts'
import type { Caller } from '../../domain/session.ts'
import type { AppEnv } from '../app-env.ts'
import { changeRoom } from '../backends/room-client.ts'
import { unwrap } from '../problem-error.ts'

const unknownOutcome =
  'The room did not answer: whether this was done is unknown. It is safe to repeat it.'

/** Gives the caller of a request; null: the operator. */
export type CallerOf = (c: Context<AppEnv>) => Caller | null

export async function moderate<K extends ModerationKind>(
  c: Context<AppEnv>,
  callerOf: CallerOf,
  call: ModerationCall & { kind: K },
): Promise<ModerationAnswer<K>> {
  const caller = callerOf(c)
  const answer = unwrap(
    await changeRoom(c.env, (room) => room.moderate(caller, call), unknownOutcome),
  )
  // The kind of the call decides the kind of the answer.
  return answer as ModerationAnswer<K>
}
