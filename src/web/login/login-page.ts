// The page of a login: the form to log in, and those of people who forgot their password.

import type { Member } from '../../client/contract.ts'
import type { ChatRest } from '../../client/rest.ts'
import { createLoginForm } from './login-form.ts'
import { createLoginFrame } from './login-frame.ts'
import { createRecovery } from './recovery.ts'
import type { RecoveryCalls } from './recovery-forms.ts'

export type LoginPageOptions = {
  rest: Pick<ChatRest, 'login' | 'register' | 'me'> & RecoveryCalls
  /** Why the user was logged out; null without a reason. */
  notice: string | null
  onLogin: (user: Member) => void
}

export function createLoginPage({ rest, notice, onLogin }: LoginPageOptions) {
  const end = new AbortController()
  const { element, show } = createLoginFrame()
  const showLogin = (reason: string | null) => {
    const form = createLoginForm({
      rest,
      notice: reason,
      onLogin(user) {
        end.abort()
        onLogin(user)
      },
      onForgot: (email) => recovery.forgot(email),
    })
    show(form.element)
    return form
  }
  const recovery = createRecovery({
    rest,
    show,
    onLogIn: () => showLogin(null).focus(),
    signal: end.signal,
  })
  return {
    element,
    showLogin: () => showLogin(notice).focus(),
    /** @param token of the link of a mail */
    showReset: (token: string) => recovery.reset(token),
  }
}
