// Hears one frame of one socket: flood rules, reading, then the handler of the event. Whatever is
// wrong goes back to that socket alone, and the socket stays.

import { Buffer } from 'node:buffer'
import type { CloseCode } from '../../contract/close-codes.ts'
import type { ClientData, ClientEvent, RoomFrame } from '../../contract/frames.ts'
import { parseFrame } from '../../contract/parse.ts'
import {
  type FrameProblemCode,
  frameProblems,
  problems,
  type Refusal,
} from '../../contract/problems.ts'
import { limits } from '../../contract/values.ts'
import { toWire } from '../../domain/message.ts'
import { journalFault, traits } from '../../journal.ts'
import { type TokenRenewal, tokenEnd } from '../access/token-renewal.ts'
import { reply } from '../broadcast/batch.ts'
import type { Broadcaster } from '../broadcast/broadcaster.ts'
import type { Clock } from '../clock/clock.ts'
import type { Connection } from '../connections/registry.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { EarlierTry } from '../log/idempotency-keys.ts'
import type { MessageCommands } from '../messages/message-commands.ts'
import { countBytes, countFrame } from './flood-limits.ts'

type Uses = {
  clock: Clock
  messageCommands: MessageCommands
  tokenRenewal: TokenRenewal
  rateLimits: RateLimits
  broadcaster: Broadcaster
  /** Ends a seat of ours. */
  close: (connection: Connection, code: CloseCode) => void
  /** Ends a seat of ours that sent a frame over the limit. */
  refuseOversized: (connection: Connection, size: number) => void
  /** Runs after so many bytes were told to one socket. */
  told: (bytes: number) => void
}

type Handlers = {
  [E in ClientEvent]: (connection: Connection, data: ClientData<E>) => void | Promise<void>
}

export class FrameHandler {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  hear(connection: Connection, raw: string | ArrayBuffer): Promise<void> {
    return this.#answering(connection, () => this.#dispatch(connection, raw))
  }

  async #answering(connection: Connection, work: () => void | Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      // An exception would leave the socket open and silent.
      journalFault('frame_failed', { user_id: connection.member.id, ...traits(error) })
      this.#reply(connection, errorFrame({ code: 'unavailable' }, null))
    }
  }

  #dispatch(connection: Connection, raw: string | ArrayBuffer): void | Promise<void> {
    const { clock, broadcaster, close } = this.#uses
    const now = clock.now()
    connection.lastHeardAt = now
    if (connection.waiting) broadcaster.admitNow(connection)
    const size = sizeOf(raw)
    if (size > limits.frameMax) return this.#uses.refuseOversized(connection, size)
    const heavy = countBytes(connection.heard, size, now)
    if (heavy !== null) return close(connection, heavy)

    // A binary frame is no JSON.
    const parsed = parseFrame(typeof raw === 'string' ? raw : '')
    const flood = countFrame(connection.heard, kindOfFrame(parsed), now)
    if (flood !== null) return close(connection, flood)
    if (!parsed.ok) {
      const { code, message, errors, clientId } = parsed
      return this.#reply(connection, errorFrame({ code, detail: message, errors }, clientId))
    }
    const { event, data } = parsed.frame
    const handle = this.#handlers[event] as Handlers[typeof event]
    return handle(connection, data as never)
  }

  readonly #handlers: Handlers = {
    send_message: (connection, message) => {
      // The limits go by when it came, however long the line rests.
      const now = this.#uses.clock.now()
      this.#uses.broadcaster.inTurn(() => {
        void this.#answering(connection, () => this.#send(connection, message, now))
      })
    },
    typing: ({ member: { id, username } }) => {
      const { clock, rateLimits, broadcaster } = this.#uses
      if (!rateLimits.typing(id, clock.now())) return
      // Not before what they said before.
      broadcaster.inTurn(() =>
        broadcaster.tellOfPerson({ event: 'user_typing', data: { user_id: id, username } }, id),
      )
    },
    ping: (connection) => this.#reply(connection, { event: 'pong', data: {} }),
    authenticate: async (connection, { token }) => {
      const renewed = await this.#uses.tokenRenewal.renew(connection, token)
      if (!renewed.ok) return this.#reply(connection, errorFrame(renewed.refusal, null))
      this.#reply(connection, {
        event: 'authenticated',
        data: { token_expires_at: tokenEnd(connection) },
      })
    },
  }

  #reply(connection: Connection, frame: RoomFrame): void {
    this.#uses.told(reply(connection, frame))
  }

  #send(
    connection: Connection,
    message: ClientData<'send_message'>,
    now: number,
  ): void | Promise<void> {
    const { content, client_id: clientId = null } = message
    const result = this.#uses.messageCommands.send(connection.member, content, clientId, now)
    if (result.kind === 'refused')
      return this.#reply(connection, errorFrame(result.refusal, clientId))
    if (result.kind === 'repeated') return this.#repeat(connection, result.earlier)
  }

  /** The first message comes back to this socket alone, as it is now. */
  async #repeat(connection: Connection, earlier: EarlierTry): Promise<void> {
    const recalled = await this.#uses.messageCommands.recall(earlier, connection.member)
    if (recalled.ok) this.#reply(connection, { event: 'new_message', data: toWire(recalled.value) })
    else this.#reply(connection, errorFrame(recalled.refusal, earlier.clientId))
  }
}

function kindOfFrame(parsed: ReturnType<typeof parseFrame>): 'typing' | 'other' | 'bad' {
  if (!parsed.ok) return 'bad'
  return parsed.frame.event === 'typing' ? 'typing' : 'other'
}

export function sizeOf(raw: string | ArrayBuffer): number {
  return typeof raw === 'string' ? Buffer.byteLength(raw) : raw.byteLength
}

type FrameRefusal = Omit<Refusal, 'code' | 'errors'> & {
  code: FrameProblemCode
  errors?: Refusal['errors'] | undefined
}

function errorFrame(
  { code, detail, errors, retryAfterMs }: FrameRefusal,
  clientId: string | null,
): RoomFrame {
  const known = code in problems ? problems[code as keyof typeof problems].detail : undefined
  return {
    event: 'error',
    data: {
      message: detail ?? known ?? frameProblems[code as keyof typeof frameProblems],
      code,
      ...(errors && { errors }),
      ...(clientId !== null && { client_id: clientId }),
      ...(retryAfterMs !== undefined && { retry_after_ms: Math.max(1, Math.ceil(retryAfterMs)) }),
    },
  }
}
