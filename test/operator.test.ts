import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { commands } from '../operator/commands.ts'
import { Mistake } from '../operator/mistake.ts'
import { type Call, chooseService } from '../operator/service.ts'
import * as admin from '../src/contract/routes/admin.ts'

const id = '0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11'
const routes = Object.values(admin).filter((value) => typeof value === 'object' && 'path' in value)

const argument: Record<string, string> = {
  'id|email|username': 'Ada Lovelace & Co',
  'email|username': 'ada+1@example.com',
  id,
  seconds: '30',
}

/** Runs a command against a service that knows every account, and gives the calls it made. */
async function callsOf(name: string, given: string[], found: unknown[] = [{ id }]) {
  const calls: Call[] = []
  await commands[name]?.run(
    async (call) => {
      calls.push(call)
      return call.path.startsWith('/admin/users?') ? found : null
    },
    ...given,
  )
  return calls
}

function routeOf({ method, path }: Call) {
  const [pathname = ''] = path.split('?')
  return routes.find(
    (route) =>
      route.method === method.toLowerCase() &&
      new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  )
}

describe('a command', () => {
  test.each(Object.keys(commands))('%s makes calls of the contract', async (name) => {
    const calls = await callsOf(
      name,
      (commands[name]?.takes ?? []).map((takes) => argument[takes] ?? ''),
    )
    expect(calls.length).toBeGreaterThan(0)
    for (const call of calls) {
      const route = routeOf(call)
      expect(route, `${call.method} ${call.path}`).toBeDefined()
      if (route && 'request' in route && 'body' in route.request)
        route.request.body.content['application/json'].schema.parse(call.body)
      else expect(call.body).toBeUndefined()
    }
  })

  test('there is one for every route', async () => {
    const reached = new Set<unknown>()
    for (const [name, { takes }] of Object.entries(commands))
      for (const call of await callsOf(
        name,
        takes.map((takes) => argument[takes] ?? ''),
      ))
        reached.add(routeOf(call))
    expect(routes.filter((route) => !reached.has(route)).map(({ path }) => path)).toEqual([])
  })

  test('takes an id as it is, and looks a name up', async () => {
    expect(await callsOf('deactivate', [id.toUpperCase()])).toEqual([
      { method: 'POST', path: `/admin/users/${id}/deactivate` },
    ])
    expect((await callsOf('deactivate', ['a b&c']))[0]?.path).toBe(
      '/admin/users?username=a%20b%26c',
    )
    expect((await callsOf('deactivate', ['a+b@c.de']))[0]?.path).toBe(
      '/admin/users?email=a%2Bb%40c.de',
    )
  })

  test('does nothing to an account that is not there', async () => {
    await expect(callsOf('deactivate', ['nobody'], [])).rejects.toThrow(
      'There is no account "nobody"',
    )
  })

  test.each(['', '-1', '601', '1.5', 'soon'])(
    'reconnect within %j seconds is refused',
    async (text) => {
      await expect(callsOf('reconnect', [text])).rejects.toThrow(Mistake)
    },
  )
})

describe('the service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'operator-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is the one that is named', () => {
    const env = { CHAT_URL: 'https://chat.example.com', ADMIN_TOKEN: 'secret' }
    expect(chooseService(env)).toEqual({ url: env.CHAT_URL, token: 'secret' })
  })

  test('is never sent a local token', () => {
    expect(() => chooseService({ CHAT_URL: 'https://chat.example.com' })).toThrow('ADMIN_TOKEN')
  })

  test('is else the local one, with its own token', () => {
    writeFileSync(join(folder, 'secrets.json'), '{"adminToken":"local"}')
    expect(chooseService({ DATA_DIR: folder, PORT: '9000' })).toEqual({
      url: 'http://127.0.0.1:9000',
      token: 'local',
    })
  })

  test('where there is none, says what to do', () => {
    expect(() => chooseService({ DATA_DIR: join(folder, 'none') })).toThrow('npm start')
    expect(() => chooseService({ CHAT_URL: 'chat.example.com', ADMIN_TOKEN: 'x' })).toThrow(
      'CHAT_URL must be',
    )
  })
})
