import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { claimFolder } from '../../local/data-folder.ts'
import { makeFolder } from './starts.ts'

async function claim(folder: string): Promise<void> {
  await claimFolder(folder).close()
}

test('a folder that it creates is readable by its owner only, and ignored by git', async () => {
  const folder = join(makeFolder(), 'new')
  await claim(folder)
  expect(statSync(folder).mode & 0o077).toBe(0)
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n')
})

test('an existing folder keeps its .gitignore, and gets none', async () => {
  const [own, bare] = [makeFolder(), makeFolder()]
  writeFileSync(join(own, '.gitignore'), 'node_modules\n')
  await claim(own)
  await claim(bare)
  expect(readFileSync(join(own, '.gitignore'), 'utf8')).toBe('node_modules\n')
  expect(existsSync(join(bare, '.gitignore'))).toBe(false)
})
