// Hears one frame of one socket: flood rules, reading, then the handler of the event. Whatever is
// wrong goes back to that socket alone, and the socket stays.

import { Buffer } from 'node:buffer'
import type { CloseCode } from '../contract/close-codes.ts'
import type { ClientData, ClientEvent, RoomFrame } from '../contract/frames.ts'
import { parseFrame } from '../contract/parse.ts'
import {
  type FrameProblemCode,
  frameProblems,
  problems,
  type Refusal,
} from '../contract/problems.ts'
import { limits } from '../contract/values.ts'
import { toWire } from '../domain/message.ts'
import { journalFault, traits } from '../journal.ts'
import type { Clock } from './clock.ts'
import type { Conversation } from './conversation.ts'
import type { FanOut } from './fan-out.ts'
import { countBytes, countFrame } from './flood.ts'
import type { Limiter } from './limiter.ts'
import { type Renewal, tokenEnd } from './renewal.ts'
import type { EarlierTry } from './retries.ts'
import type { Seat } from './seats.ts'
import { reply } from './sends.ts'

type Uses = {
  clock: Clock
  conversation: Conversation
  renewal: Renewal
  limiter: Limiter
  fanOut: FanOut
  /** Ends a seat of ours. */
  expel: (seat: Seat, code: CloseCode) => void
  /** Ends a seat of ours that sent a frame over the limit. */
  refuseOversized: (seat: Seat, size: number) => void
  /** Runs after so many bytes were told to one socket. */
  told: (bytes: number) => void
}

type Handlers = { [E in ClientEvent]: (seat: Seat, data: ClientData<E>) => void | Promise<void> }

export class Hearing {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  hear(seat: Seat, raw: string | ArrayBuffer): Promise<void> {
    return this.#answering(seat, () => this.#dispatch(seat, raw))
  }

  async #answering(seat: Seat, work: () => void | Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      // An exception would leave the socket open and silent.
      journalFault('frame_failed', { user_id: seat.member.id, ...traits(error) })
      this.#reply(seat, errorFrame({ code: 'unavailable' }, null))
    }
  }

  #dispatch(seat: Seat, raw: string | ArrayBuffer): void | Promise<void> {
    const { clock, fanOut, expel } = this.#uses
    const now = clock.now()
    seat.lastHeardAt = now
    if (seat.waiting) fanOut.admitNow(seat)
    const size = sizeOf(raw)
    if (size > limits.frameMax) return this.#uses.refuseOversized(seat, size)
    const heavy = countBytes(seat.heard, size, now)
    if (heavy !== null) return expel(seat, heavy)

    // A binary frame is no JSON.
    const parsed = parseFrame(typeof raw === 'string' ? raw : '')
    const flood = countFrame(seat.heard, kindOfFrame(parsed), now)
    if (flood !== null) return expel(seat, flood)
    if (!parsed.ok) {
      const { code, message, errors, clientId } = parsed
      return this.#reply(seat, errorFrame({ code, detail: message, errors }, clientId))
    }
    const { event, data } = parsed.frame
    const handle = this.#handlers[event] as Handlers[typeof event]
    return handle(seat, data as never)
  }

  readonly #handlers: Handlers = {
    send_message: (seat, message) => {
      // The limits go by when it came, however long the line rests.
      const now = this.#uses.clock.now()
      this.#uses.fanOut.inTurn(() => {
        void this.#answering(seat, () => this.#send(seat, message, now))
      })
    },
    typing: ({ member: { id, username } }) => {
      const { clock, limiter, fanOut } = this.#uses
      if (!limiter.typing(id, clock.now())) return
      // Not before what they said before.
      fanOut.inTurn(() =>
        fanOut.tellOfPerson({ event: 'user_typing', data: { user_id: id, username } }, id),
      )
    },
    ping: (seat) => this.#reply(seat, { event: 'pong', data: {} }),
    authenticate: async (seat, { token }) => {
      const renewed = await this.#uses.renewal.renew(seat, token)
      if (!renewed.ok) return this.#reply(seat, errorFrame(renewed.refusal, null))
      this.#reply(seat, { event: 'authenticated', data: { token_expires_at: tokenEnd(seat) } })
    },
  }

  #reply(seat: Seat, frame: RoomFrame): void {
    this.#uses.told(reply(seat, frame))
  }

  #send(seat: Seat, message: ClientData<'send_message'>, now: number): void | Promise<void> {
    const { content, client_id: clientId = null } = message
    const result = this.#uses.conversation.send(seat.member, content, clientId, now)
    if (result.kind === 'refused') return this.#reply(seat, errorFrame(result.refusal, clientId))
    if (result.kind === 'repeated') return this.#repeat(seat, result.earlier)
  }

  /** The first message comes back to this socket alone, as it is now. */
  async #repeat(seat: Seat, earlier: EarlierTry): Promise<void> {
    const recalled = await this.#uses.conversation.recall(earlier, seat.member)
    if (recalled.ok) this.#reply(seat, { event: 'new_message', data: toWire(recalled.value) })
    else this.#reply(seat, errorFrame(recalled.refusal, earlier.clientId))
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
