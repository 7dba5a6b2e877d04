// People with accounts, opened past the page where the page is not what is tested.

import { call, type Person } from '../faults/wire.ts'

export type Account = Person & { email: string; password: string }

const password = 'a long password for tests'
let opened = 0

/** A name that no other test has. In digits alone: of "1", "i" and "l" only one would be free. */
export function uniqueName(name: string): string {
  return `${name} ${process.pid}.${++opened}`
}

export function credentialsOf(username: string) {
  const mailbox = encodeURIComponent(username).replaceAll('%', '')
  return { username, email: `${mailbox}@example.com`, password }
}

export async function openAccount(port: number, username: string): Promise<Account> {
  const credentials = credentialsOf(username)
  const { status, body } = await call(port, 'POST', '/auth/register', { body: credentials })
  if (status !== 201) throw new Error(`No account: ${status} ${JSON.stringify(body)}`)
  const { id } = body as Person
  return { ...credentials, id }
}
