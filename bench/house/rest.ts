// What a figure does by REST before it measures: a session of one's own, and messages.

import type { House } from './house.ts'

const postersAtOnce = 20

/** A new account's access token, of a session that Postgres knows. */
export async function logIn({ url }: House): Promise<string> {
  const post = (path: string, body: Record<string, string>) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const account = { email: 'reader@bench.test', password: 'a long password of the bench' }
  await post('/auth/register', { ...account, username: 'reader' })
  const { access_token } = (await (await post('/auth/login', account)).json()) as {
    access_token: string
  }
  return access_token
}

type Words = { token: string; count: number; contentBytes: number }

/** A socket may not say so much in ten seconds. */
export async function sayMuch(
  { url }: House,
  { token, count, contentBytes }: Words,
): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ content: 'x'.repeat(contentBytes) })
  let left = count
  const sayInTurn = async () => {
    while (left-- > 0) {
      const { status } = await fetch(`${url}/messages`, { method: 'POST', headers, body })
      if (status !== 201) throw new Error(`Refused: ${status}`)
    }
  }
  await Promise.all(Array.from({ length: postersAtOnce }, sayInTurn))
}
