import { expect, test } from 'vitest'
import { useStage } from './stage.ts'
import type { Visitor } from './visitor.ts'

const stage = useStage()

type Frame = { event: string; data: { username?: string } }

/** What the room tells this person of who comes and goes: `user_joined Ada`. */
async function hearComings({ page }: Visitor): Promise<string[]> {
  const heard: string[] = []
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const frames = [JSON.parse(String(payload))].flat() as Frame[]
      for (const { event, data } of frames)
        if (/^user_(joined|left)$/.test(event)) heard.push(`${event} ${data.username}`)
    })
  })
  await page.reload()
  return heard
}

test('a second tab makes no noise, neither when it opens nor when it closes', async () => {
  const bob = await stage.enter('Bob')
  const heard = await hearComings(bob)
  await bob.isOnline()
  const ada = await stage.enter('Ada')
  await bob.person(ada.name).waitFor()

  const second = await ada.context.newPage()
  await second.goto('/')
  await second.locator('.bar[data-state="online"]').waitFor({ state: 'attached' })
  await ada.page.close()
  // Who leaves later is missed later: by then the room would have missed Ada.
  const carol = await stage.enter('Carol')
  await bob.person(carol.name).waitFor()
  await carol.context.close()
  await bob.person(carol.name).waitFor({ state: 'detached' })
  expect(await bob.person(ada.name).count()).toBe(1)

  await second.close()
  await bob.person(ada.name).waitFor({ state: 'detached' })
  expect(heard.filter((text) => text.endsWith(ada.name))).toEqual([
    `user_joined ${ada.name}`,
    `user_left ${ada.name}`,
  ])
})
