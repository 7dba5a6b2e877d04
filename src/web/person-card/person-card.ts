// The card of a person: name, role, since when; and for moderators what they may do. It shows one person
// at a time.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Member, Profile, Restrictions, Role } from '../../client/contract.ts'
import { problemOf } from '../../client/problem.ts'
import { confirm } from '../elements/confirm-dialog.ts'
import { make, setChildren, setText } from '../elements/dom.ts'
import { mayModerate, roleToGive, type Viewer } from '../permissions.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { moderationFailure } from '../text/failures.ts'
import { createReasonField } from '../text-input/reason-field.ts'
import { createCardHead } from './card-head.ts'
import { moderationChoices, roleChoice } from './moderation-choices.ts'
import { type Done, personCalls } from './person-calls.ts'
import { createUndoOffer } from './undo-offer.ts'

export type PersonCardOptions = {
  chat: Pick<ChatClient, 'moderation'>
  viewer: () => Viewer
  /** The present role of a person. */
  roleOf: (userId: string) => Role
  /** Runs when the element that had the focus before has left the document. */
  onFocusLost: () => void
  signal: AbortSignal
}

export function createPersonCard(options: PersonCardOptions) {
  const { chat, viewer, roleOf, onFocusLost, signal } = options
  const head = createCardHead()
  const reason = createReasonField(strings.reasonReaders, strings.reasonForRestriction)
  const role = make('div')
  const choices = make('div')
  const offer = createUndoOffer()
  const problem = make('p', { class: 'help', role: 'alert' })
  const moderation = make('section', { hidden: true }, role, reason.element, choices)
  const dialog = make(
    'dialog',
    { class: 'account person', 'aria-labelledby': head.titleId },
    head.element,
    make('div', { class: 'account-body' }, head.facts, moderation),
    make('div', { class: 'card-end' }, problem, offer.element),
  )
  let person: Member | null = null
  let profile: Profile | 'loading' | 'missing' = 'loading'
  let drawn = ''
  let isBusy = false
  let opener: Element | null = null

  const draw = () => {
    if (!person) return
    const role = roleOf(person.id)
    const { restrictions } = typeof profile === 'object' ? profile : {}
    head.update({ person, role, profile })
    const isModerated = mayModerate(viewer(), { id: person.id, role })
    moderation.hidden = !isModerated || !restrictions
    // Otherwise each message of the room would draw the buttons again.
    const next = JSON.stringify([person, role, viewer(), restrictions])
    if (moderation.hidden || next === drawn || !restrictions) return
    drawn = next
    drawChoices(person, role, restrictions)
  }

  const drawChoices = (of: Member, roleNow: Role, restrictions: Restrictions) => {
    const calls = personCalls(chat, of)
    const focused = (document.activeElement as HTMLElement | null)?.dataset.choice
    const next = roleToGive(viewer(), { id: of.id, role: roleNow })
    const setRole = () => attempt(() => calls.setRole(next as 'moderator' | 'member'))
    setChildren(role, next && roleChoice(next, setRole))
    choices.replaceChildren(
      moderationChoices({
        username: of.username,
        restrictions,
        restrict: (kind, ms) =>
          withReason((text) => calls.restrict(kind, { ms, reason: text }, restrictions)),
        end: (kind) => attempt(() => calls.end(kind, restrictions)),
        purge: async (ms, words) => {
          const question = fill(strings.deleteWordsFromUsernameForEveryoneThis, {
            words,
            username: of.username,
          })
          if (reason.read() === undefined) return
          if (
            await confirm({ question, yes: strings.deleteMessages, no: strings.keepThem, signal })
          )
            withReason((text) => calls.purge({ ms, reason: text }))
        },
      }),
    )
    if (focused === undefined) return
    const same = moderation.querySelector<HTMLElement>(`[data-choice="${CSS.escape(focused)}"]`)
    ;(same ?? head.close).focus()
  }

  const withReason = (call: (text: string | null) => Promise<Done>) => {
    const text = reason.read()
    if (text !== undefined) void attempt(() => call(text), reason.clear)
  }
  const attempt = async (call: () => Promise<Done>, onDone?: () => void) => {
    if (isBusy) return
    isBusy = true
    const of = person
    setText(problem, '')
    offer.withdraw()
    try {
      const { text, restrictions, undo } = await call()
      if (of !== person) return
      if (restrictions) setRestrictions(restrictions)
      offer.show(text, undo && (() => void attempt(undo)))
      onDone?.()
    } catch (thrown) {
      if (of === person) setText(problem, moderationFailure(thrown))
    } finally {
      isBusy = false
    }
  }
  const setRestrictions = (restrictions: Restrictions) => {
    if (typeof profile === 'object') profile = { ...profile, restrictions }
    draw()
  }
  const load = async (of: Member) => {
    try {
      const answer = await chat.moderation.profile(of.id)
      if (of === person) profile = answer
    } catch (thrown) {
      if (of !== person) return
      profile = 'missing'
      const isGone = problemOf(thrown).code === 'not_found'
      setText(problem, isGone ? strings.thisAccountDoesNotExistAnyMore : moderationFailure(thrown))
    }
    draw()
  }

  head.close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
  dialog.addEventListener('close', () => {
    person = null
    offer.show('')
    if (opener && !opener.isConnected) onFocusLost()
  })

  return {
    dialog,
    open(next: Member): void {
      person = next
      profile = 'loading'
      reason.clear()
      setText(problem, '')
      offer.show('')
      draw()
      opener = document.activeElement
      dialog.showModal()
      void load(next)
    },
    /** To be called when roles may have changed. */
    update: draw,
    /** To be called when an account was erased: its card closes, and keeps no name. */
    onErased({ user_id }: { user_id: string }): void {
      if (person?.id !== user_id) return
      // Otherwise the next update would draw it again.
      person = null
      head.clear()
      choices.replaceChildren()
      drawn = ''
      dialog.close()
    },
    /** To be called when the restrictions of a person have changed. */
    onRestricted({ user_id, mute, ban }: { user_id: string } & Restrictions): void {
      if (person?.id === user_id) setRestrictions({ mute, ban })
    },
  }
}
