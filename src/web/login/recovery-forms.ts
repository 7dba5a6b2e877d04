// Two forms of people who forgot their password: to ask for a link, and to choose a password with it.

import { problemOf } from '../../client/problem.ts'
import type { ChatRest } from '../../client/rest.ts'
import { make, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { appName, loginPageTitle } from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { createFormField, type Field } from '../text-input/form-field.ts'

export type RecoveryCalls = Pick<ChatRest, 'forgotPassword' | 'resetPassword'>

type Card = {
  title: string
  explanation: string
  field: Field
  action: string
  busy: string
  onLogIn: () => void
  /** Sends the value of the field. @returns the text of success */
  submit: () => Promise<string>
  doneTitle: string
}

/** A form with one field, which a text takes the place of when it is done. */
function createCard({ title, explanation, field, action, busy, submit, ...texts }: Card) {
  const { doneTitle, onLogIn } = texts
  const heading = make('h2', { tabindex: -1 }, title)
  const text = make('p', { class: 'explanation' }, explanation)
  const problem = make('p', { class: 'problem', role: 'alert' })
  const button = make('button', { type: 'submit', class: 'primary wide' }, action)
  const back = make('button', { type: 'button', class: 'plain' }, strings.backToLogIn)
  const other = make('p', { class: 'other' }, back)
  const form = make(
    'form',
    { class: 'card', novalidate: true },
    ...[heading, text, problem, field.element, button, other],
  )
  const setTitle = (words: string) => {
    setText(heading, words)
    document.title = fill(loginPageTitle, { title: words, app: appName })
  }
  const showDone = (words: string) => {
    setTitle(doneTitle)
    setText(text, words)
    const logIn = make('button', { type: 'button', class: 'primary wide' }, strings.logIn)
    logIn.addEventListener('click', onLogIn)
    form.replaceChildren(heading, text, logIn)
    // Reads out what has changed.
    heading.focus()
  }
  const refuse = (thrown: unknown) => {
    const { message, errors = {} } = problemOf(thrown)
    const fault = errors[field.input.name]
    field.setProblem(fault ?? null)
    if (fault === undefined) setText(problem, message)
    else field.input.focus()
  }
  back.addEventListener('click', onLogIn)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    setText(problem, '')
    field.setProblem(field.value === '' ? strings.fillInThisField : null)
    if (field.value === '') return field.input.focus()
    button.disabled = true
    setText(button, busy)
    try {
      showDone(await submit())
    } catch (thrown) {
      refuse(thrown)
    }
    button.disabled = false
    setText(button, action)
  })
  setTitle(title)
  return { element: form, problem, other, focus: () => field.input.focus() }
}

type ForgotFormOptions = { rest: RecoveryCalls; email: string; onLogIn: () => void }

export function createForgotForm({ rest, email, onLogIn }: ForgotFormOptions) {
  const field = createFormField({
    name: 'email',
    label: strings.email,
    type: 'email',
    autocomplete: 'username',
  })
  field.input.value = email
  return createCard({
    title: strings.forgotYourPassword,
    explanation: strings.weSendALinkToChooseANewPassword,
    field,
    action: strings.sendLink,
    busy: strings.sending,
    doneTitle: strings.lookIntoYourMailbox,
    onLogIn,
    async submit() {
      const address = field.value.trim()
      const { expires_in } = await rest.forgotPassword(address)
      const minutes = Math.round(expires_in / 60)
      return fill(strings.ifEmailHasAnAccountALinkIsOnItsWay, { email: address, minutes })
    },
  })
}

type ResetFormOptions = {
  rest: RecoveryCalls
  token: string
  onLogIn: () => void
  /** Runs when the person wants another link, because this one has ended. */
  onAskAgain: () => void
}

export function createResetForm({ rest, token, onLogIn, onAskAgain }: ResetFormOptions) {
  const field = createFormField({
    name: 'password',
    label: strings.newPassword,
    type: 'password',
    autocomplete: 'new-password',
  })
  field.setHint(strings.atLeast8Characters)
  const again = make('button', { type: 'button', class: 'plain' }, strings.askForANewLink)
  again.addEventListener('click', onAskAgain)
  const card = createCard({
    title: strings.chooseANewPassword,
    explanation: strings.yourOldPasswordEndsAndYouAreLoggedOut,
    field,
    action: strings.changePassword,
    busy: strings.saving,
    doneTitle: strings.yourPasswordIsChanged,
    onLogIn,
    async submit() {
      try {
        await rest.resetPassword({ token, password: field.value })
      } catch (thrown) {
        if (problemOf(thrown).code === 'reset_token_invalid') card.other.replaceChildren(again)
        throw thrown
      }
      return strings.youAreLoggedOutOnAllDevices
    },
  })
  return card
}
