// What this person does with their own messages: changing them in place, deleting them with time to
// think again, trying again what failed. Kept beside the list, which forgets what is out of sight.

import type { ChatClient } from '../client/chat-client.ts'
import type { ChatMessage } from '../client/state.ts'
import { Deletions } from './deletions.ts'
import { type Editor, openEditor } from './editor.ts'
import { changeFailure } from './failure.ts'
import type { Act } from './message-row.ts'
import { type Mark, type Row, unmarked } from './rows.ts'

export type ChangesParts = {
  chat: Pick<ChatClient, 'state' | 'edit' | 'remove' | 'retry' | 'discard'>
  /** Marks have changed. */
  changed: () => void
  /** A change has ended, and the person goes on writing. */
  done: () => void
  /** A text goes back to where it was written. @returns whether there is room for it */
  rewrite: (content: string) => boolean
}

export class Changes {
  readonly #parts: ChangesParts
  readonly #marks = new Map<string, Mark>()
  readonly #keys = new Map<string, string>()
  readonly #deletions: Deletions
  #editing: { key: string; editor: Editor } | null = null

  constructor(parts: ChangesParts) {
    this.#parts = parts
    this.#deletions = new Deletions({
      remove: (id) => parts.chat.remove(id),
      after: (ms, run) => {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
      told: (id, phase, note) =>
        this.#mark(this.#keys.get(id) ?? id, { mode: phase === 'kept' ? 'plain' : phase, note }),
    })
  }

  get marks(): ReadonlyMap<string, Mark> {
    return this.#marks
  }

  act(act: Act, message: ChatMessage): void {
    const { key, id } = message
    if (id !== null) this.#keys.set(id, key)
    const acts: Record<Act, () => unknown> = {
      edit: () => this.edit(message),
      remove: () => id !== null && this.#deletions.begin(id),
      undo: () => id !== null && this.#deletions.undo(id),
      retry: () => void this.#parts.chat.retry(key).catch(() => {}),
      discard: () => this.#parts.chat.discard(key),
      rewrite: () => this.#parts.rewrite(message.content) && this.#parts.chat.discard(key),
      unfold: () => this.#mark(key, { unfolded: true }),
    }
    acts[act]()
  }

  edit(message: ChatMessage): void {
    if (message.state !== 'sent' || this.#marks.get(message.key)?.mode === 'undoable') return
    this.#stop()
    const { key, id, content } = message
    const editor = openEditor({
      content,
      maxContent: this.#parts.chat.state.maxContent,
      save: (text) => void this.#save({ key, id, text }),
      cancel: () => this.#leave(),
    })
    this.#editing = { key, editor }
    this.#mark(key, { mode: 'editing', note: null })
    editor.focus()
  }

  editorOf({ key, message }: Row): HTMLElement {
    if (this.#editing?.key === key) return this.#editing.editor.element
    throw new Error(`no editor for message ${message.id}`)
  }

  /** The page goes away, or the person does. */
  hurry(): Promise<void> {
    return this.#deletions.hurry()
  }

  async #save({ key, id, text }: { key: string; id: string; text: string }): Promise<void> {
    const editing = this.#editing
    editing?.editor.wait()
    try {
      await this.#parts.chat.edit(id, text)
    } catch (problem) {
      editing?.editor.refuse(changeFailure('saved', text, problem))
      return
    }
    if (this.#editing?.key === key) this.#leave()
  }

  #leave(): void {
    this.#stop()
    this.#parts.done()
  }

  #stop(): void {
    const key = this.#editing?.key
    this.#editing = null
    if (key !== undefined) this.#mark(key, { mode: 'plain' })
  }

  #mark(key: string, change: Partial<Mark>): void {
    this.#marks.set(key, { ...(this.#marks.get(key) ?? unmarked), ...change })
    this.#parts.changed()
  }
}
