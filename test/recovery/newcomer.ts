// Somebody who registers after the backup: the messages stay, nobody can log in to the account, and its
// name and address are free again.

import { logIn, openAccount } from '../faults/account.ts'
import { introduce, type Person, say } from './people.ts'
import type { Stage } from './stage.ts'

export async function welcomeNewcomer(stage: Stage, name: string): Promise<Person> {
  const person = await introduce(stage.service.port, name, 'newcomer')
  stage.others.push(person)
  return person
}

/** @returns a sentence for everything that is not so */
export async function checkNewcomer(
  { service: { port } }: Stage,
  person: Person,
): Promise<string[]> {
  const { username, email } = person.account
  // The access token goes on until it expires.
  await say(port, person)
  const wrong: string[] = []
  if ((await logIn(port, email)).status === 200) wrong.push(`${username} was unknown, and logs in`)
  const again = await openAccount(port, username)
  if (again.id === person.account.id) wrong.push(`${username} is the same account as before`)
  return wrong
}
