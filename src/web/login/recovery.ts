// The forms of people who forgot their password, which are loaded when they are needed.

import { createPart } from '../elements/load-part.ts'
import type { RecoveryCalls } from './recovery-forms.ts'

export type RecoveryOptions = {
  rest: RecoveryCalls
  show: (form: HTMLElement) => void
  /** Shows the login. */
  onLogIn: () => void
  signal: AbortSignal
}

export function createRecovery({ rest, show, onLogIn, signal }: RecoveryOptions) {
  const forms = createPart(
    { load: () => import('./recovery-forms.ts'), begin: (module) => module },
    signal,
  )
  const forgot = (email: string) =>
    void forms(({ createForgotForm }) => {
      const { element, focus } = createForgotForm({ rest, email, onLogIn })
      show(element)
      focus()
    })
  return {
    /** @param email what the person has typed already */
    forgot,
    /** @param token of the link of a mail */
    reset: (token: string) =>
      void forms(({ createResetForm }) => {
        const onAskAgain = () => forgot('')
        const { element, focus } = createResetForm({ rest, token, onLogIn, onAskAgain })
        show(element)
        focus()
      }),
  }
}
