// What comes over one socket, frame by frame: in the order that the contract promises, into the
// view of the client, and before the witness.

import type { Client } from './client.ts'
import type { Deletion, Edit, Frame, Message, Refusal } from './wire.ts'

const ofPersons = new Set(['user_joined', 'user_left', 'user_typing'])
const silent = new Set(['users_online', 'pong'])

export class Hearing {
  welcomed = false
  readonly #client: Client
  readonly #hangUp: () => void
  #done = false

  constructor(client: Client, hangUp: () => void) {
    this.#client = client
    this.#hangUp = hangUp
  }

  /** One WebSocket message: a frame, or to those who asked for it an array of frames. */
  take(text: string): void {
    const parsed = JSON.parse(text) as Frame | Frame[]
    if (Array.isArray(parsed) && !this.#client.parts.batching)
      this.#client.accuse('is plain, and heard an array')
    for (const frame of Array.isArray(parsed) ? parsed : [parsed])
      if (!this.#done) this.#hear(frame)
  }

  #hear({ event, data, seq }: Frame): void {
    const client = this.#client
    if (this.welcomed !== (event !== 'welcome'))
      client.accuse(`heard ${event} ${this.welcomed ? 'again' : 'before the welcome'}`)

    if (event === 'welcome') {
      this.welcomed = true
      client.welcomed(data.epoch as string, data.resumed as boolean)
    } else if (event === 'synced') {
      client.synced(seq as number)
    } else if (event === 'new_message') {
      this.#message(data as Message, seq)
    } else if (event === 'message_edited') {
      this.#edit(data as Edit, seq)
    } else if (event === 'message_deleted') {
      this.#deletion(data as Deletion, seq)
    } else if (event === 'error') {
      client.onRefusal(data as Refusal)
    } else if (ofPersons.has(event)) {
      const { account, batching } = client.parts
      if (!batching && data.user_id === account.id)
        client.accuse(`is plain, and heard its ${event}`)
    } else if (!silent.has(event)) {
      client.accuse(`heard of ${event}, which is unknown`)
    }
  }

  #message(message: Message, seq: number | undefined): void {
    const client = this.#client
    const { witness, account } = client.parts
    if (message.is_deleted) {
      if (message.content !== '') client.accuse(`heard the text of the deleted ${message.id}`)
      witness.sawDeletion(message.id)
    } else witness.saw(client.name, message)
    witness.sawMaking(client.name, message)
    if (!this.#follows(seq, 'new_message', message)) return
    client.view.put(message)
    if (message.user_id === account.id) client.onOwn(message)
  }

  #edit(edit: Edit, seq: number | undefined): void {
    const { message_id: id, content, revision } = edit
    this.#client.parts.witness.saw(this.#client.name, { id, content, revision })
    if (this.#follows(seq, 'message_edited', { id, revision })) this.#client.view.edit(edit)
  }

  #deletion(deletion: Deletion, seq: number | undefined): void {
    const { message_id: id, revision } = deletion
    this.#client.parts.witness.sawDeletion(id)
    if (this.#follows(seq, 'message_deleted', { id, revision })) this.#client.view.remove(deletion)
  }

  /** Without a number it is a replay or an answer, and follows nothing. */
  #follows(seq: number | undefined, event: string, of: { id: string; revision: number }): boolean {
    if (seq === undefined) return true
    this.#client.heard(seq, `${event} ${of.id} ${of.revision}`)
    if (this.#client.follows(seq, { event, id: of.id })) return true
    this.#done = true
    this.#hangUp()
    return false
  }
}
