// The link of a mail to choose a new password: the address of the page with a token behind `#`, which
// browsers send to no server.

const pattern = /^#reset=(.+)$/

export const hasResetToken = (): boolean => pattern.test(location.hash)

/** Takes the token out of the address, so that it is in no history. @returns null: there is none */
export function takeResetToken(): string | null {
  const [, token = null] = pattern.exec(location.hash) ?? []
  if (token !== null) history.replaceState(null, '', location.pathname + location.search)
  return token
}
