// What an honest person hears, held against everything that was promised: every event, once, in
// order, by whoever it is signed; and of its own messages what it said and nothing else.

import type { Figures } from '../faults/figures.ts'
import { View } from '../faults/view.ts'
import type { Deletion, Edit, Message } from '../faults/wire.ts'
import type { Witness } from '../faults/witness.ts'
import { type Frame, type FrameRules, judgeText } from './frames.ts'
import { marks } from './leaks.ts'
import type { Person } from './people.ts'

export type HearingParts = {
  person: Person
  batching: boolean
  rules: FrameRules
  witness: Witness
  figures: Figures
  blame: (rule: string, evidence: string) => void
  onSynced: () => void
  /** The room is too busy for it now; it may be said again, in milliseconds. */
  onBusy: (clientId: string, waitMs: number) => void
}

export class HonestHearing {
  readonly view = new View()
  /** Ids of its own messages that are there. */
  readonly own = new Set<string>()
  /** Said and not heard yet. */
  readonly pending = new Map<string, { content: string; at: number }>()
  epoch = ''
  seq = -1
  readonly #parts: HearingParts
  #lastNew = ''

  constructor(parts: HearingParts) {
    this.#parts = parts
  }

  take(text: string): void {
    const { rules, batching, blame } = this.#parts
    const { frames, wrong } = judgeText(text, { batching }, rules)
    for (const rule of wrong) blame(rule, text.slice(0, 600))
    for (const frame of frames) this.#hear(frame)
  }

  #hear({ event, data, seq }: Frame): void {
    const { witness, person, blame } = this.#parts
    if (event === 'welcome') {
      this.epoch ||= data.epoch as string
      witness.sawEpoch(person.username, data.epoch as string)
    }
    if (event === 'synced') {
      this.seq = seq as number
      this.#parts.onSynced()
    }
    if (event === 'new_message') this.#message(data as Message, seq)
    if (event === 'message_edited') this.#edit(data as Edit)
    if (event === 'message_deleted') this.#deletion(data as Deletion)
    if (event === 'user_erased') this.#erasure(data as { user_id: string; messages: string })
    if (event === 'error') this.#refusal(data)
    if (event === 'reconnect') blame('everyone is sent away', JSON.stringify(data))
    if (seq !== undefined && event !== 'synced') this.#follow(seq, event, data)
  }

  #follow(seq: number, event: string, data: Frame['data']): void {
    const { witness, person, blame } = this.#parts
    const id = data.id ?? data.message_id ?? data.user_id
    witness.heard(person.username, this.epoch, seq, `${event} ${id} ${data.revision}`)
    if (seq !== this.seq + 1) blame('the order is broken', `seq ${seq} came after ${this.seq}`)
    this.seq = seq
  }

  #message(message: Message, seq: number | undefined): void {
    const { person, witness, blame } = this.#parts
    const { id, user_id } = message
    this.view.put(message)
    if (seq !== undefined && id <= this.#lastNew)
      blame('the order is broken', `${id} came after ${this.#lastNew}`)
    if (seq !== undefined) this.#lastNew = id
    if (message.content.startsWith(marks.text)) {
      witness.saw(person.username, message)
      witness.sawMaking(person.username, message)
    }
    if (user_id === person.id) this.#ownMessage(message)
  }

  #ownMessage(message: Message): void {
    const { figures, blame } = this.#parts
    const { id, content, client_id = '' } = message
    const sending = this.pending.get(client_id)
    if (!sending) {
      blame('a message was doubled or invented', JSON.stringify(message))
      return
    }
    this.pending.delete(client_id)
    this.own.add(id)
    figures.time('an honest message until its author hears it', performance.now() - sending.at)
    if (sending.content !== content)
      blame('a text was changed', `${sending.content} became ${content}`)
  }

  #edit(edit: Edit): void {
    this.view.edit(edit)
    const { message_id: id, revision, content } = edit
    if (content.startsWith(marks.text))
      this.#parts.witness.saw(this.#parts.person.username, { id, revision, content })
  }

  #deletion(deletion: Deletion): void {
    const { witness, blame } = this.#parts
    const { message_id: id } = deletion
    this.view.remove(deletion)
    witness.sawDeletion(id)
    if (this.own.has(id)) blame('a message was deleted by another', id)
  }

  #erasure({ user_id, messages }: { user_id: string; messages: string }): void {
    if (messages !== 'delete') return
    for (const { id, user_id: author } of this.view.shown())
      if (author === user_id) this.view.remove({ message_id: id, revision: 0 })
  }

  /** The room may be too busy; nothing else may be refused. */
  #refusal(refusal: Record<string, unknown>): void {
    const { code, client_id: clientId, retry_after_ms: waitMs = 500 } = refusal
    const isBusy = code === 'room_busy' && this.pending.has(String(clientId))
    if (isBusy) this.#parts.onBusy(String(clientId), Number(waitMs))
    else this.#parts.blame('an honest frame is refused', JSON.stringify(refusal))
  }
}
