// The tab of the word list. A list that someone else has changed meanwhile is never overwritten, and
// loading it keeps what was typed.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Words } from '../../client/moderation.ts'
import { problemOf } from '../../client/problem.ts'
import { make, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { moderationFailure } from '../text/failures.ts'
import { readFailure } from './read-failure.ts'
import type { Section } from './section.ts'
import { createWordField } from './word-field.ts'
import { isSameList, linesOf, termFaults, termsOf, withEdits } from './word-terms.ts'

export type WordListOptions = {
  chat: Pick<ChatClient, 'on' | 'moderation'>
  signal: AbortSignal
}

const outdatedText = strings.someoneElseHasChangedTheListLoad
const mergedText = strings.thisIsTheNewerListWithYour

export function createWordList({ chat, signal }: WordListOptions): Section {
  const { moderation } = chat
  const field = createWordField()
  const save = make('button', { type: 'submit', class: 'small primary' }, strings.save)
  const reload = make('button', { type: 'button', class: 'small quiet', hidden: true })
  const status = make('p', { class: 'help', role: 'status' })
  const form = make(
    'form',
    { class: 'settings', novalidate: true, 'aria-label': strings.wordList },
    field.element,
    make('div', { class: 'form-end' }, save, reload),
    status,
  )
  /** As the service has it; null: it was not read yet. */
  let known: Words | null = null
  let isOpen = false
  let isBusy = false

  const isEdited = () => known !== null && !isSameList(termsOf(field.value), known.terms)
  /** @param reloadLabel null: there is nothing to load */
  const say = (text: string, reloadLabel: string | null = null) => {
    setText(status, text)
    setText(reload, reloadLabel ?? '')
    reload.hidden = reloadLabel === null
  }
  const show = (words: Words, terms: readonly string[]) => {
    known = words
    field.setTerms(terms)
    field.setReadOnly(false)
  }
  const once = async (work: () => Promise<void>) => {
    if (isBusy) return
    isBusy = true
    await work()
    isBusy = false
  }
  /** Nothing can be typed until the answer comes. */
  const exclusively = (work: () => Promise<void>) =>
    once(async () => {
      field.setReadOnly(true)
      await work()
      field.setReadOnly(false)
    })
  /** Shows the list, or says that it has changed if something was typed. */
  const read = () =>
    once(async () => {
      if (known === null) say(strings.loading)
      try {
        const words = await moderation.words()
        if (!isEdited()) {
          show(words, words.terms)
          say('')
        } else if (words.etag !== known?.etag) {
          say(outdatedText, strings.loadTheNewerList)
        }
      } catch (thrown) {
        say(readFailure(thrown), strings.tryAgain)
      }
    })
  const merge = () =>
    exclusively(async () => {
      const before = known?.terms ?? []
      try {
        const words = await moderation.words()
        show(words, withEdits(words.terms, { before, edited: termsOf(field.value) }))
        say(isEdited() ? mergedText : '')
      } catch (thrown) {
        say(readFailure(thrown), strings.loadTheNewerList)
      }
    })
  const write = () =>
    exclusively(async () => {
      const lines = linesOf(field.value)
      say(strings.saving)
      try {
        const words = await moderation.setWords(termsOf(field.value), known?.etag ?? null)
        show(words, words.terms)
        say(strings.saved)
      } catch (thrown) {
        const { code, errors = {} } = problemOf(thrown)
        if (code === 'outdated') return say(outdatedText, strings.loadTheNewerList)
        const faults = termFaults(errors, lines)
        say(faults.length > 0 ? strings.notSaved : moderationFailure(thrown))
        field.showFaults(faults)
      }
    })

  field.setReadOnly(true)
  form.addEventListener('input', () => reload.hidden && say(''))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (known === null) void read()
    else if (!field.refusesCount()) void write()
  })
  reload.addEventListener('click', async () => {
    await (known === null ? read() : merge())
    field.focus()
  })
  const stop = chat.on('audit', ({ action }) => {
    if (isOpen && action === 'change_words') void read()
  })
  signal.addEventListener('abort', stop)
  return {
    element: form,
    open() {
      isOpen = true
      void read()
    },
    close() {
      isOpen = false
    },
  }
}
