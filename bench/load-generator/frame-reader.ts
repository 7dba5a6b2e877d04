// Reads the frames that a server sends. No other file knows the frames of the protocol.
// Thousands of clients receive the same bytes, which are parsed once.

import type { Frame } from './dialects.ts'
import { numberIn } from './message-text.ts'

/** The content of one WebSocket message. */
export type Batch = {
  welcome: { user_id: string; epoch: string; resumed: boolean } | null
  /** From `users_online`. */
  online: number | null
  joined: string[]
  left: string[]
  messages: { number: number; id: string }[]
  /** Of the live durable events. */
  seqs: { first: number; last: number; hasGap: boolean } | null
  /** The position that `synced` gives. */
  syncedSeq: number | null
  errors: string[]
  /** Answers to reactions. */
  reactionSets: number
  reactionErrors: number
  /** The delivery checker keeps here where the messages are in the common order. */
  placed?: { from: number; dues: number[] }
}

const slots = 256
const tailBytes = 8
const welcomeStart = Buffer.from('[{"event":"welcome"')
const afterWelcome = Buffer.from('{"event":"users_online"')

export class FrameReader {
  readonly #parse: (text: string) => Frame[]
  readonly #cache: { raw: Buffer; batch: Batch }[] = []

  constructor(parse: (text: string) => Frame[]) {
    this.#parse = parse
  }

  /** @param raw is read before this returns, and not kept */
  read(raw: Buffer): Batch[] {
    // A welcome differs for each user. All that follows is the same for many.
    const shared = isWelcome(raw) ? raw.indexOf(afterWelcome) : -1
    if (shared < 0) return [this.#readOnce(raw)]
    const own = this.#read(`${raw.toString('utf8', 0, shared - 1)}]`)
    return [own, this.#readOnce(raw.subarray(shared))]
  }

  #readOnce(raw: Buffer): Batch {
    const slot = slotOf(raw)
    const known = this.#cache[slot]
    if (known?.raw.length === raw.length && known.raw.equals(raw)) return known.batch
    const text = raw.toString()
    const batch = this.#read(text.endsWith(']') && text.startsWith('{') ? `[${text}` : text)
    this.#cache[slot] = { raw: Buffer.from(raw), batch }
    return batch
  }

  #read(text: string): Batch {
    const frames = this.#parse(text)
    const of = (event: string) => frames.filter((frame) => frame.event === event)
    const seqs = frames.flatMap(({ event, seq }) =>
      seq === undefined || event === 'synced' ? [] : [seq],
    )
    const [first] = seqs
    const errors = of('error')
    return {
      welcome: of('welcome')[0]?.data ?? null,
      online: of('users_online')[0]?.data.count ?? null,
      joined: of('user_joined').map(({ data }) => data.user_id),
      left: of('user_left').map(({ data }) => data.user_id),
      messages: of('new_message').map(({ data: { id, content } }) => ({
        number: numberIn(content),
        id,
      })),
      seqs:
        first === undefined
          ? null
          : {
              first,
              last: seqs.at(-1) as number,
              hasGap: seqs.some((seq, n) => seq !== first + n),
            },
      syncedSeq: of('synced')[0]?.seq ?? null,
      errors: errors.filter(({ data }) => data.event !== 'react').map(({ data }) => data.code),
      reactionSets: of('reaction_set').length,
      reactionErrors: errors.filter(({ data }) => data.event === 'react').length,
    }
  }
}

/** Frames end with their number or their id, so the last bytes distinguish them. */
function slotOf(raw: Buffer): number {
  let hash = raw.length
  for (let at = Math.max(0, raw.length - tailBytes); at < raw.length; at++)
    hash = (Math.imul(hash, 31) + (raw[at] as number)) | 0
  return (hash >>> 8) % slots
}

/** Looks at one byte before it compares all, as nearly no frame is a welcome. */
const isWelcome = (raw: Buffer) => raw[11] === welcomeStart[11] && raw.indexOf(welcomeStart) === 0
