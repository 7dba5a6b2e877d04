// A member who sends one message a second throughout, and measures when each of them is answered: by its
// echo, or by a refusal. It also notes when anyone else was last accepted.

import { countIn } from '../../bench/load-generator/commands.ts'
import { ChatSocket } from '../harness/chat-socket.ts'
import type { Frame } from '../kit/protocol.ts'
import { ProtocolReader } from '../kit/protocol-reader.ts'
import type { Account } from './accounts.ts'

/** A little more than the limit of five in five seconds, so that no delay on the way breaks it. */
const sendEveryMs = 1_050

/** Milliseconds until each answer, and how often the room refused, by code. */
export type Answers = { echoes: number[]; refusals: number[]; codes: Record<string, number> }

export class HonestMember {
  readonly violations: string[] = []
  /** When the latest message of somebody else came. */
  lastOtherAt = 0
  readonly #account: Account
  readonly #reader: ProtocolReader
  readonly #socket: ChatSocket
  readonly #pending = new Map<string, { at: number; answers: Answers }>()
  #answers: Answers = { echoes: [], refusals: [], codes: {} }
  #sending: ReturnType<typeof setInterval> | undefined
  #sent = 0

  constructor(account: Account, port: number) {
    this.#account = account
    this.#reader = new ProtocolReader({
      ...{ userId: account.id, batching: true },
      onFrame: (frame) => this.#receive(frame),
      onViolation: (sentence) => this.violations.push(sentence),
    })
    this.#socket = new ChatSocket({
      ...{ port, token: account.token, batching: true, liveWithinMs: 20_000 },
      isLive: () => this.isLive,
      onText: (text) => this.#reader.read(text),
    })
    void this.#socket.closed.then(({ code }) =>
      this.violations.push(`the honest member was closed with ${code}`),
    )
  }

  get isLive(): boolean {
    return this.#reader.state === 'live'
  }

  get seq(): number {
    return this.#reader.seq
  }

  /** What is sent from now on counts for another part of the rehearsal. */
  beginPart(): Answers {
    this.#answers = { echoes: [], refusals: [], codes: {} }
    this.#sending ??= setInterval(() => this.#send(), sendEveryMs)
    return this.#answers
  }

  #send(): void {
    const text = `honest-${++this.#sent}`
    this.#pending.set(text, { at: performance.now(), answers: this.#answers })
    this.#socket.send('send_message', { content: text, client_id: text })
  }

  #receive({ event, data }: Frame): void {
    const now = performance.now()
    if (event === 'error') {
      const asked = this.#take(data.client_id)
      asked?.answers.refusals.push(now - asked.at)
      if (asked) countIn(asked.answers.codes, data.code)
    } else if (event === 'new_message' && data.user_id === this.#account.id) {
      const asked = this.#take(data.content)
      asked?.answers.echoes.push(now - asked.at)
    } else if (event === 'new_message') this.lastOtherAt = now
  }

  #take(text: string | undefined) {
    const asked = this.#pending.get(text ?? '')
    this.#pending.delete(text ?? '')
    return asked
  }
}
