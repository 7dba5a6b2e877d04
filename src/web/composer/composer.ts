// The form for a new message. The line above it shows the users who are typing, and why messages wait.
// A user who cannot write now keeps the draft.

import type { Mutation } from '../../client/events.ts'
import type { ChatMessage, ChatState, SentMessage } from '../../client/state.ts'
import { isVisible } from '../../contract/visible.ts'
import { setAttribute, setText } from '../elements/dom.ts'
import { mutated } from '../mutated.ts'
import { toMonotonic } from '../text/times.ts'
import type { WriteRefusal } from '../text/write-refusal.ts'
import { fieldMax, growWithText } from '../text-input/auto-height.ts'
import { isComposing } from '../text-input/composition.ts'
import { limitInsertions } from '../text-input/insertion-limit.ts'
import { countCodePoints, isCheapToLayOut } from '../text-input/layout-cost.ts'
import { updateLengthHint } from '../text-input/length-hint.ts'
import { insertionRefusal } from '../text-input/length-text.ts'
import { createComposerElements, placeholder } from './composer-elements.ts'
import { limitText } from './composer-status.ts'
import type { Draft } from './draft.ts'
import { createMentionCompletion, type MentionSource } from './mention-completion.ts'
import { type Outgoing, outgoing, type ReplyTarget, targetOfRefused } from './outgoing.ts'
import { pendingOf } from './pending-messages.ts'
import { createRefusalNotice } from './refusal-notice.ts'
import { createReplyBar } from './reply-bar.ts'
import { typingElements } from './typing-line.ts'

export type ComposerOptions = {
  draft: Draft
  people: MentionSource
  send: (message: Outgoing) => void
  typing: () => void
  /** Runs when the user presses the up arrow in the empty field. */
  editLast: () => void
  signal: AbortSignal
}

type Shown = Pick<ChatState, 'typing' | 'messages' | 'sendPausedUntil' | 'maxContent'> & {
  /** Why the user cannot write; null: the user can. */
  readonly refusal: WriteRefusal | null
  /** The slow mode for this user; 0: off. */
  readonly slowModeMs: number
}

const tickMs = 250
const initial: Shown = {
  typing: [],
  messages: [],
  sendPausedUntil: null,
  maxContent: 2000,
  refusal: null,
  slowModeMs: 0,
}

export function createComposer(options: ComposerOptions) {
  const { draft, people, send, typing, editLast, signal } = options
  const { element, field, button, typingUsers, pause, lengthElement, problem, ...slots } =
    createComposerElements()
  const stored = draft.read()
  if (isCheapToLayOut(stored, fieldMax)) field.value = stored
  const notice = createRefusalNotice()
  const completion = createMentionCompletion(field, people)
  const replyBar = createReplyBar(() => {
    setReplyTo(null)
    field.focus()
  })
  slots.notices.append(notice.element)
  slots.above.append(replyBar.element, completion.element)
  let shown: Shown = initial
  let pausedUntil: number | null = null
  let acceptedAt: number | null = null
  let replyTo: ReplyTarget | null = null

  const updateLength = () => {
    const isTooLong = updateLengthHint({ field, lengthElement, form: element }, shown.maxContent)
    button.disabled = isTooLong || !isVisible(field.value) || shown.refusal !== null
  }
  const setValue = (text: string) => {
    field.value = text
    field.dispatchEvent(new Event('input'))
  }
  const showRefusal = (characters: number) => {
    problem.hidden = false
    setText(problem, insertionRefusal(characters, shown.maxContent))
  }
  const submit = () => {
    updateLength()
    if (button.disabled) return
    const others = [...completion.chosen, ...people.others()]
    send(outgoing(field.value, replyTo, { others, mayMentionRoom: people.mayMentionRoom() }))
    completion.forgetChosen()
    setReplyTo(null)
    setValue('')
    field.focus()
  }
  const setReplyTo = (target: ReplyTarget | null) => {
    replyTo = target
    replyBar.update(target)
    setAttribute(field, 'aria-describedby', describedBy(target))
  }
  const updateStatus = () => {
    const paused = pausedUntil === null ? [] : pendingOf(shown.messages)
    const waiting = paused.filter(({ state }) => state === 'sending').length
    const { refusal, slowModeMs } = shown
    const limits = { pausedUntil, waiting, slowModeMs, acceptedAt }
    const text = refusal ? null : limitText(limits, performance.now())
    pause.hidden = text === null
    setAttribute(pause, 'data-waiting', waiting > 0)
    setText(pause, text ?? '')
    notice.update(refusal, Date.now())
  }

  limitInsertions({ field, max: fieldMax, onRefused: showRefusal })
  growWithText(field)
  field.addEventListener('input', () => {
    problem.hidden = true
    updateLength()
    draft.write(field.value)
    if (field.value !== '') typing()
  })
  field.addEventListener('keydown', (event) => {
    if (isComposing(event) || completion.handleKey(event)) return
    if (event.key === 'Escape' && replyTo) setReplyTo(null)
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      submit()
    }
    if (event.key === 'ArrowUp' && field.value === '') {
      event.preventDefault()
      editLast()
    }
  })
  element.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  const timer = setInterval(updateStatus, tickMs)
  signal.addEventListener('abort', () => clearInterval(timer))
  updateLength()

  return {
    element,
    focus: () => field.focus(),
    /** To be called when the room has accepted a message of this user. */
    onAccepted(): void {
      acceptedAt = performance.now()
    },
    /** Makes the next message a reply. */
    reply(message: SentMessage): void {
      setReplyTo(message)
      field.focus()
    },
    /** To be called when something has happened to messages. Nobody can reply to a deleted one any more. */
    follow(mutation: Mutation): void {
      const next = replyTo && mutated(replyTo, mutation)
      if (next !== replyTo) setReplyTo(next)
    },
    /** Puts a refused text back above the present text. @returns whether it fits */
    rewrite(message: ChatMessage): boolean {
      const { content } = message
      const both = [content, field.value].filter((text) => text !== '').join('\n')
      if (!isCheapToLayOut(both, fieldMax)) {
        showRefusal(countCodePoints(both))
        return false
      }
      setValue(both)
      setReplyTo(replyTo ?? targetOfRefused(message))
      field.focus()
      field.setSelectionRange(content.length, content.length)
      return true
    },
    update(state: Shown): void {
      if (state.typing !== shown.typing)
        typingUsers.replaceChildren(...typingElements(state.typing))
      if (state.sendPausedUntil !== shown.sendPausedUntil)
        pausedUntil = toMonotonic(state.sendPausedUntil)
      const before = shown
      shown = state
      setAttribute(field, 'readonly', state.refusal !== null)
      setAttribute(field, 'placeholder', state.refusal ? null : placeholder)
      if (state.maxContent !== before.maxContent || state.refusal !== before.refusal) updateLength()
      updateStatus()
    },
  }
}

const describedBy = (target: ReplyTarget | null) =>
  [target && 'reply-target', 'message-left', 'write-refusal'].filter(Boolean).join(' ')
