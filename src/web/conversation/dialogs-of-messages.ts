// Dialogs that ask about a message: they close when it is deleted, or loses its author.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Mutation } from '../../client/events.ts'
import type { SentMessage } from '../../client/state.ts'
import { mutated } from '../mutated.ts'

type DialogsOptions = {
  chat: Pick<ChatClient, 'on'>
  /** Gets the focus when the row to which it would return goes as well. */
  focusComposer: () => void
  signal: AbortSignal
}

export class DialogsOfMessages {
  readonly #options: DialogsOptions
  #asked: { message: SentMessage; dialog: AbortController } | null = null

  constructor(options: DialogsOptions) {
    this.#options = options
    const stop = options.chat.on('mutation', (mutation) => this.#follow(mutation))
    options.signal.addEventListener('abort', stop)
  }

  /** @returns a signal that closes the dialog about this message */
  about(message: SentMessage): AbortSignal {
    const dialog = new AbortController()
    this.#asked = { message, dialog }
    return AbortSignal.any([this.#options.signal, dialog.signal])
  }

  #follow(mutation: Mutation): void {
    if (!this.#asked) return
    const { message, dialog } = this.#asked
    if (mutated(message, mutation)?.username === message.username) return
    const isOpen = document.activeElement?.closest('dialog.confirm')
    dialog.abort()
    this.#asked = null
    if (isOpen) this.#options.focusComposer()
  }
}
