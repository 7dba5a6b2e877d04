// The form for a new message. The line above it shows the users who are typing, and why messages wait.
// A user who cannot write now keeps the draft.

import type { ChatState } from '../../client/state.ts'
import { isVisible } from '../../contract/visible.ts'
import { iconButton, make, nameElement, setAttribute, setText } from '../elements/dom.ts'
import { toMonotonic } from '../text/times.ts'
import type { WriteRefusal } from '../text/write-refusal.ts'
import { fieldMax, growWithText } from '../text-input/auto-height.ts'
import { isComposing } from '../text-input/composition.ts'
import { limitInsertions } from '../text-input/insertion-limit.ts'
import { countCodePoints, isCheapToLayOut } from '../text-input/layout-cost.ts'
import { updateLengthHint } from '../text-input/length-hint.ts'
import { insertionRefusal } from '../text-input/length-text.ts'
import { limitText, typingPhrase } from './composer-status.ts'
import type { Draft } from './draft.ts'
import { pendingOf } from './pending-messages.ts'
import { createRefusalNotice } from './refusal-notice.ts'

export type ComposerOptions = {
  draft: Draft
  send: (content: string) => void
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

export function createComposer({ draft, send, typing, editLast, signal }: ComposerOptions) {
  const field = make('textarea', {
    id: 'message',
    rows: 1,
    dir: 'auto',
    placeholder: 'Write to everyone',
    enterkeyhint: 'send',
    autocomplete: 'off',
    'aria-describedby': 'message-left write-refusal',
  })
  const stored = draft.read()
  if (isCheapToLayOut(stored, fieldMax)) field.value = stored
  const button = iconButton('send', 'Send', { type: 'submit', class: 'send' })
  const typingUsers = make('div', { class: 'typing-users' })
  const pause = make('span', { class: 'pause', hidden: true })
  const lengthElement = make('span', { class: 'left', id: 'message-left' })
  const notice = createRefusalNotice()
  const problem = make('p', { class: 'composer-problem', role: 'alert', hidden: true })
  const element = make(
    'form',
    { class: 'composer', 'aria-label': 'New message' },
    make('div', { class: 'composer-status' }, typingUsers, pause),
    notice.element,
    problem,
    make(
      'div',
      { class: 'field' },
      make('label', { for: 'message', class: 'visually-hidden' }, 'Message'),
      field,
      lengthElement,
      button,
    ),
  )
  let shown: Shown = initial
  let pausedUntil: number | null = null
  let acceptedAt: number | null = null

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
    send(field.value)
    setValue('')
    field.focus()
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
    if (isComposing(event)) return
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
    /** Puts a refused text back above the present text. @returns whether it fits */
    rewrite(content: string): boolean {
      const both = [content, field.value].filter((text) => text !== '').join('\n')
      if (!isCheapToLayOut(both, fieldMax)) {
        showRefusal(countCodePoints(both))
        return false
      }
      setValue(both)
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
      if (state.maxContent !== before.maxContent || state.refusal !== before.refusal) updateLength()
      updateStatus()
    },
  }
}

function typingElements(people: Shown['typing']): Node[] {
  const phrase = typingPhrase(people.map(({ username }) => username))
  if (!phrase) return []
  const dots = make(
    'span',
    { class: 'dots', 'aria-hidden': 'true' },
    make('i'),
    make('i'),
    make('i'),
  )
  const [one, two] = phrase.names.map(nameElement)
  const names = [one, one && two ? ' and ' : null, two].filter((part) => part != null)
  const words = make('span', { class: 'words' }, ...names, `${one ? ' ' : ''}${phrase.rest}`)
  return [dots, words]
}
