// The form for a new message. The line above it shows the users who are typing, and why messages wait.
// A user who cannot write now keeps the draft.

import type { Member } from '../../client/contract.ts'
import type { Mutation } from '../../client/events.ts'
import type { ChatMessage, SentMessage } from '../../client/state.ts'
import { isVisible } from '../../contract/visible.ts'
import { setAttribute, setText } from '../elements/dom.ts'
import { createEmojiPicker } from '../emoji/emoji-picker.ts'
import { mutated } from '../mutated.ts'
import * as strings from '../strings/en.json'
import { plural } from '../strings/fill.ts'
import { fieldMax, growWithText } from '../text-input/auto-height.ts'
import { isComposing } from '../text-input/composition.ts'
import { limitInsertions } from '../text-input/insertion-limit.ts'
import { countCodePoints, isCheapToLayOut } from '../text-input/layout-cost.ts'
import { updateLengthHint } from '../text-input/length-hint.ts'
import { insertionRefusal } from '../text-input/length-text.ts'
import { isSendKey } from '../text-input/send-key.ts'
import { createCompletion } from './completion.ts'
import { createComposerElements } from './composer-elements.ts'
import { type ComposerOptions, initial, type Shown } from './composer-state.ts'
import { emojiCompletion } from './emoji-completion.ts'
import { completedEmoji } from './emoji-query.ts'
import { createLimitLine } from './limit-line.ts'
import { mentionCompletion } from './mention-completion.ts'
import {
  mentionsMax,
  mentionsTooMany,
  outgoing,
  type ReplyTarget,
  targetOfRefused,
} from './outgoing.ts'
import { createRefusalNotice } from './refusal-notice.ts'
import { createReplyBar } from './reply-bar.ts'
import { typingElements } from './typing-line.ts'

const tickMs = 250

export function createComposer(options: ComposerOptions) {
  const { draft, people, findMessage, send, typing, editLast, enterSends, signal } = options
  const { element, field, button, typingUsers, lengthElement, problem, ...slots } =
    createComposerElements()
  const stored = draft.read()
  if (isCheapToLayOut(stored, fieldMax)) field.value = stored
  const notice = createRefusalNotice()
  /** The people whose names were inserted. They may have left since. */
  let chosen: readonly Member[] = []
  const mentions = mentionCompletion(people, (person) => {
    chosen = [...chosen, person]
  })
  const completion = createCompletion(field, [mentions, emojiCompletion])
  const limits = createLimitLine()
  const replyBar = createReplyBar(() => {
    setReplyTo(null)
    field.focus()
  })
  const insert = (text: string, start: number) => {
    field.setRangeText(text, start, field.selectionEnd, 'end')
    field.dispatchEvent(new Event('input'))
  }
  const picker = createEmojiPicker((emoji) => {
    field.focus()
    insert(emoji, field.selectionStart)
  })
  slots.status.append(limits.element)
  slots.notices.append(notice.element)
  slots.above.append(replyBar.element, completion.element)
  field.after(picker.button, picker.popover)
  let shown: Shown = initial
  let replyTo: ReplyTarget | null = null

  const updateLength = () => {
    const isTooLong = updateLengthHint({ field, lengthElement, form: element }, shown.maxContent)
    button.disabled = isTooLong || !isVisible(field.value) || shown.refusal !== null
    picker.button.disabled = shown.refusal !== null
  }
  const setValue = (text: string) => {
    field.value = text
    field.dispatchEvent(new Event('input'))
  }
  const showProblem = (text: string | null) => {
    problem.hidden = text === null
    setText(problem, text ?? '')
  }
  const showRefusal = (characters: number) =>
    showProblem(insertionRefusal(characters, shown.maxContent))
  const others = () => [...chosen, ...people.others()]
  const submit = () => {
    updateLength()
    if (button.disabled) return
    const mayMentionRoom = people.mayMentionRoom()
    send(outgoing(field.value, replyTo, { others: others(), mayMentionRoom }))
    chosen = []
    setReplyTo(null)
    setValue('')
    field.focus()
  }
  const setReplyTo = (target: ReplyTarget | null) => {
    replyTo = target
    draft.writeReplyId(target?.id ?? null)
    replyBar.update(target)
    setAttribute(field, 'aria-describedby', describedBy(target))
  }
  /** After a reload. Without an answer the id stays stored until the user replies to something or sends. */
  const restoreReply = async () => {
    const id = draft.replyId()
    if (id === null) return
    const target = await findMessage(id).catch(() => null)
    if (target && draft.replyId() === id) setReplyTo(target)
  }
  const updateStatus = () => {
    limits.update({ ...shown, mayWrite: shown.refusal === null })
    notice.update(shown.refusal, Date.now())
  }

  limitInsertions({ field, max: fieldMax, onRefused: showRefusal })
  growWithText(field)
  field.addEventListener('input', () => {
    const emoji = completedEmoji(field.value, field.selectionEnd)
    if (emoji) return insert(emoji.emoji, emoji.start)
    const left = mentionsTooMany(field.value, others())
    showProblem(left === 0 ? null : plural(strings.mentionsTooMany, left, { max: mentionsMax }))
    updateLength()
    draft.write(field.value)
    if (field.value !== '') typing()
  })
  field.addEventListener('keydown', (event) => {
    if (isComposing(event) || completion.handleKey(event)) return
    if (event.key === 'Escape' && replyTo) setReplyTo(null)
    if (isSendKey(event, enterSends())) {
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
  void restoreReply()
  updateLength()

  return {
    element,
    focus: () => field.focus(),
    /** To be called when the Enter key may do something else now. */
    updateEnterKey: () => setAttribute(field, 'enterkeyhint', enterSends() ? 'send' : 'enter'),
    /** To be called when the room has accepted a message of this user. */
    onAccepted: limits.onAccepted,
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
      const before = shown
      shown = state
      setAttribute(field, 'readonly', state.refusal !== null)
      setAttribute(field, 'placeholder', state.refusal ? null : strings.writeToEveryone)
      if (state.maxContent !== before.maxContent || state.refusal !== before.refusal) updateLength()
      updateStatus()
    },
  }
}

const describedBy = (target: ReplyTarget | null) =>
  [target && 'reply-target', 'message-left', 'write-refusal'].filter(Boolean).join(' ')
