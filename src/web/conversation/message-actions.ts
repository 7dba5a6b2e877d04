// The actions on messages: edit, delete, send again, and those of the menu. It keeps the state of each
// row, because the list removes rows that are not visible.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Member } from '../../client/contract.ts'
import type { ChatMessage, SentMessage } from '../../client/state.ts'
import { confirm } from '../elements/confirm-dialog.ts'
import * as strings from '../strings/en.json'
import { changeFailure } from '../text/failures.ts'
import { deletionQuestion } from '../text/sentences.ts'
import type { Copy } from './copy-text.ts'
import { Deletions } from './deletions.ts'
import { DialogsOfMessages } from './dialogs-of-messages.ts'
import { createMessageEditor, type MessageEditor } from './message-editor.ts'
import { messageLink } from './message-link.ts'
import type { MessageAction } from './message-row.ts'
import { openReportDialog } from './report-dialog.ts'
import { defaultRowState, type Row, type RowState } from './rows.ts'

export type MessageActionsOptions = {
  chat: Pick<ChatClient, 'state' | 'on' | 'edit' | 'remove' | 'retry' | 'discard' | 'moderation'>
  user: Member
  /** Runs when the state of a row has changed. */
  onChange: () => void
  enterSends: () => boolean
  /** To be called when an editor is closed. */
  focusComposer: () => void
  /** Moves a refused message back into the message field. @returns whether it fits */
  rewrite: (message: ChatMessage) => boolean
  /** Makes the next message a reply to this one. */
  reply: (message: SentMessage) => void
  /** Shows another message in the conversation. */
  jump: (id: string) => void
  copy: Copy
  /** Shows who reacted to a message. */
  showWho: (message: ChatMessage) => void
  /** Opens the card of the author. */
  openPerson: (person: Member) => void
  signal: AbortSignal
}

export class MessageActions {
  readonly #options: MessageActionsOptions
  readonly #rowStates = new Map<string, RowState>()
  readonly #keys = new Map<string, string>()
  readonly #deletions: Deletions
  readonly #dialogs: DialogsOfMessages
  #editing: { key: string; editor: MessageEditor } | null = null

  constructor(options: MessageActionsOptions) {
    this.#options = options
    this.#deletions = new Deletions({
      remove: (id) => options.chat.remove(id),
      after: (ms, run) => {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
      onPhase: (id, phase, problem) =>
        this.#setRowState(this.#keys.get(id) ?? id, {
          mode: phase === 'kept' ? 'plain' : phase,
          problem,
        }),
    })
    this.#dialogs = new DialogsOfMessages(options)
  }

  get rowStates(): ReadonlyMap<string, RowState> {
    return this.#rowStates
  }

  run(action: MessageAction, message: ChatMessage): void {
    const { key, id } = message
    if (id !== null) this.#keys.set(id, key)
    const actions: Record<MessageAction, () => unknown> = {
      who: () => this.#options.showWho(message),
      reply: () => message.state === 'sent' && this.#options.reply(message),
      quote: () => message.reply_to && this.#options.jump(message.reply_to),
      text: () => void this.#options.copy(message.content, 'text'),
      link: () => id !== null && void this.#options.copy(messageLink(location.href, id), 'link'),
      edit: () => this.edit(message),
      remove: () => message.state === 'sent' && void this.#remove(message),
      undo: () => id !== null && this.#deletions.undo(id),
      retry: () => void this.#options.chat.retry(key).catch(() => {}),
      discard: () => this.#options.chat.discard(key),
      rewrite: () => this.#options.rewrite(message) && this.#options.chat.discard(key),
      unfold: () => this.#setRowState(key, { unfolded: true }),
      pin: () => void this.#setPinned(message, 'pinned'),
      unpin: () => void this.#setPinned(message, 'unpinned'),
      report: () => this.#report(message),
      person: () => this.#openAuthor(message),
      moderate: () => this.#openAuthor(message),
    }
    actions[action]()
  }

  edit(message: ChatMessage): void {
    if (message.state !== 'sent' || this.#rowStates.get(message.key)?.mode === 'undoable') return
    this.#closeEditor()
    const { key, id, content } = message
    const editor = createMessageEditor({
      content,
      maxContent: this.#options.chat.state.maxContent,
      enterSends: this.#options.enterSends,
      save: (text) => void this.#save({ key, id, text }),
      cancel: () => this.#endEditing(),
    })
    this.#editing = { key, editor }
    this.#setRowState(key, { mode: 'editing', problem: null })
    editor.focus()
  }

  editorOf({ key, message }: Row): HTMLElement {
    if (this.#editing?.key === key) return this.#editing.editor.element
    throw new Error(`no editor for message ${message.id}`)
  }

  /** Sends the deletions that still wait. To be called when the page or the user leaves. */
  flush(): Promise<void> {
    return this.#deletions.flush()
  }

  /** An own message can be kept for some seconds. That of another person is deleted after a question. */
  async #remove(message: SentMessage): Promise<void> {
    const { id, user_id, username } = message
    if (user_id === this.#options.user.id) return this.#deletions.start(id)
    const signal = this.#dialogs.about(message)
    const question = deletionQuestion(username)
    if (await confirm({ question, yes: strings.deleteAction, no: strings.keep, signal }))
      await this.#deletions.removeNow(id)
  }

  async #setPinned({ key, id }: ChatMessage, done: 'pinned' | 'unpinned'): Promise<void> {
    const { moderation } = this.#options.chat
    if (id === null) return
    this.#setRowState(key, { problem: null })
    try {
      await (done === 'pinned' ? moderation.pin(id) : moderation.unpin(id))
    } catch (thrown) {
      this.#setRowState(key, { problem: changeFailure(done, null, thrown) })
    }
  }

  #report(message: ChatMessage): void {
    const { chat } = this.#options
    const { id, username } = message
    if (message.state !== 'sent' || id === null) return
    const signal = this.#dialogs.about(message)
    const send = (reason: string | null) => chat.moderation.report(id, reason)
    openReportDialog({ username, send, signal })
  }

  #openAuthor({ user_id: id, username }: ChatMessage): void {
    this.#options.openPerson({ id, username })
  }

  async #save({ key, id, text }: { key: string; id: string; text: string }): Promise<void> {
    const editing = this.#editing
    editing?.editor.setBusy()
    try {
      await this.#options.chat.edit(id, text)
    } catch (problem) {
      editing?.editor.showFailure(changeFailure('saved', text, problem))
      return
    }
    if (this.#editing?.key === key) this.#endEditing()
  }

  #endEditing(): void {
    this.#closeEditor()
    this.#options.focusComposer()
  }

  #closeEditor(): void {
    const key = this.#editing?.key
    this.#editing = null
    if (key !== undefined) this.#setRowState(key, { mode: 'plain' })
  }

  #setRowState(key: string, change: Partial<RowState>): void {
    this.#rowStates.set(key, { ...(this.#rowStates.get(key) ?? defaultRowState), ...change })
    this.#options.onChange()
  }
}
