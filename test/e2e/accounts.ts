// Accounts for tests, registered by REST where the page's own form is not tested.

import { call } from '../harness/rest.ts'
import type { Member } from '../kit/protocol.ts'

export type Account = Member & { email: string; password: string }

const password = 'a long password for tests'
let opened = 0

/** A unique name. It uses digits only, because "1", "i" and "l" count as the same character. */
export function uniqueName(name: string): string {
  return `${name} ${process.pid}.${++opened}`
}

export function credentialsOf(username: string) {
  const mailbox = encodeURIComponent(username).replaceAll('%', '')
  return { username, email: `${mailbox}@example.com`, password }
}

export async function registerAccount(port: number, username: string): Promise<Account> {
  const credentials = credentialsOf(username)
  const { status, body } = await call(port, 'POST', '/auth/register', { body: credentials })
  if (status !== 201) throw new Error(`No account: ${status} ${JSON.stringify(body)}`)
  const { id } = body as Member
  return { ...credentials, id }
}

/** @returns a function that sends messages by REST */
export async function logInToSay(port: number, { email, password }: Account) {
  const { body } = await call(port, 'POST', '/auth/login', { body: { email, password } })
  const { access_token: token } = body as { access_token: string }
  return async (content: string, mentions: string[] = []): Promise<void> => {
    const sent = await call(port, 'POST', '/messages', { token, body: { content, mentions } })
    if (sent.status !== 201) throw new Error(`No message: ${JSON.stringify(sent.body)}`)
  }
}
