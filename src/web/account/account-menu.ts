// The menu of the user's account. It leads to the dialogs of the account and of the page's settings.

import type { Member } from '../../client/contract.ts'
import { problemOf } from '../../client/problem.ts'
import type { ChatRest } from '../../client/rest.ts'
import { browserStorage } from '../browser-storage.ts'
import { avatar } from '../elements/avatar.ts'
import { confirm } from '../elements/confirm-dialog.ts'
import { make, nameElement } from '../elements/dom.ts'
import { type AddDialog, createPart } from '../elements/load-part.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { unsentWarning } from '../text/sentences.ts'
import { accountCalls } from './account-calls.ts'

export type AccountMenuOptions = {
  rest: ChatRest
  user: Member
  openSettings: () => void
  addDialog: AddDialog
  onLogout: (why: string | null) => void
  /** Runs when another account logged in on this browser. */
  accountChanged: () => void
  /** Makes a call that ends the session, after all changes were sent. */
  endSessionBy: <T>(call: () => Promise<T>) => Promise<T>
  /** The number of messages that were not sent yet. */
  unsent: () => number
  signal: AbortSignal
}

/** A logout waits no longer than this for the service. */
const answerWithinMs = 2_000
const noAnswerText = strings.youAreLoggedOutInThisBrowser + strings.openToEndItLogInAgain

export function createAccountMenu(parts: AccountMenuOptions) {
  const { user, openSettings, addDialog, onLogout, unsent, signal } = parts
  const calls = accountCalls(parts)
  const picture = avatar(user.id, user.username)
  const button = make(
    'button',
    {
      type: 'button',
      class: 'account-button',
      'aria-label': fill(strings.yourAccountUsername, { username: user.username }),
      popovertarget: 'account-menu',
    },
    picture,
  )
  const settings = make('button', { type: 'button' }, strings.settings)
  const sessionsButton = make('button', { type: 'button' }, strings.accountAndSessions)
  const logout = make('button', { type: 'button' }, strings.logOut)
  const menu = make(
    'div',
    { class: 'menu', id: 'account-menu', popover: 'auto' },
    make('p', { class: 'menu-name' }, nameElement(user.username)),
    settings,
    sessionsButton,
    logout,
  )
  const account = createPart(
    {
      load: () => import('./account-dialog.ts'),
      begin: ({ createAccountDialog }) => addDialog(createAccountDialog({ calls, onLogout })),
    },
    signal,
  )

  const logOut = async () => {
    menu.hidePopover()
    const left = unsent()
    const question = unsentWarning(left, browserStorage('localStorage') ? 'kept' : 'lost')
    if (
      left > 0 &&
      !(await confirm({ question, yes: strings.logOut, no: strings.stayLoggedIn, signal }))
    )
      return
    const isEnded = calls.logout().then(
      () => true,
      // The cookie belongs to another account, so nothing can renew this session any more.
      (thrown) => problemOf(thrown).code === 'account_changed',
    )
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, answerWithinMs, false))
    onLogout((await Promise.race([isEnded, late])) ? null : noAnswerText)
  }

  settings.addEventListener('click', () => {
    menu.hidePopover()
    openSettings()
  })
  sessionsButton.addEventListener('click', () => {
    menu.hidePopover()
    void account(({ open }) => open())
  })
  logout.addEventListener('click', logOut)
  return { button, menu }
}
