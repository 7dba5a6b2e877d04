import { describe, expect, inject, test } from 'vitest'
import { registerAccount, uniqueName } from './accounts.ts'
import { insertArchivedMessages } from './archived-messages.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()

describe('times', () => {
  test('follow a change of the device’s time zone', async () => {
    const region = { locale: 'en-GB' }
    const ada = await harness.newUser('Ada', { region })
    const devtools = await ada.context.newCDPSession(ada.page)
    const beIn = (timezoneId: string) =>
      devtools.send('Emulation.setTimezoneOverride', { timezoneId })
    await beIn('Europe/Berlin')
    await ada.reload()
    await ada.say('What time is it?')
    const minutes = async () => {
      const shown = (await ada.rows('What time is it?').locator('time').textContent()) ?? ''
      const [hours = 0, minutes = 0] = shown.split(':').map(Number)
      return hours * 60 + minutes
    }
    const inBerlin = await minutes()
    await beIn('Asia/Kolkata')
    await ada.page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    const later = ((await minutes()) - inBerlin + 1_440) % 1_440
    // Only Berlin has summer time.
    expect([210, 270]).toContain(later)
  })

  test('are written as in the language of the browser, or as the user has chosen', async () => {
    const author = await registerAccount(inject('port'), uniqueName('Homer'))
    const content = `Said by ${author.username}`
    const at = new Date(Date.now() - 86_400_000).setUTCHours(9, 5)
    const [id] = await insertArchivedMessages(inject('dataDir'), [
      { user_id: author.id, content, at },
    ])
    const ada = await harness.openUser('Ada', { region: { locale: 'en-US', timezoneId: 'UTC' } })
    await ada.page.goto(`/#${id}`)
    await ada.submitLogin()
    const shown = () => ada.rows(content).locator('time').textContent()
    await expect.poll(shown).toMatch(/^9:05\sAM$/)
    await ada.openSettings()
    await ada.page.getByRole('radio', { name: '24 hours' }).press('Space')
    await expect.poll(shown).toBe('09:05')
    await ada.page.keyboard.press('Escape')
    await ada.page.goto(`/?again#${id}`)
    await expect.poll(shown).toBe('09:05')
  })

  test('are written from left to right, also in a text from right to left', async () => {
    const region = { locale: 'en-US', timezoneId: 'America/New_York' }
    const ada = await harness.newUser('Ada', { region })
    await ada.say('صباح الخير')
    const id = await ada.rows('صباح الخير').getAttribute('data-message-id')
    const places = await ada.page.evaluate(`(() => {
      const { firstChild: text } = document.querySelector('[data-message-id="${id}"] time')
      return [0, text.length - 1].map((at) => {
        const range = document.createRange()
        range.setStart(text, at)
        range.setEnd(text, at + 1)
        return range.getBoundingClientRect().left
      })
    })()`)
    const [first, last] = places as [number, number]
    expect(first).toBeLessThan(last)
  })
})
