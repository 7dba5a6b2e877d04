import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { claimFolder } from '../../local/data-folder.ts'

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'data-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function claim(folder: string): Promise<void> {
  await claimFolder(folder).close()
}

test('a folder that it makes is for its owner only, and no part of a repository', async () => {
  const folder = join(makeFolder(), 'new')
  await claim(folder)
  expect(statSync(folder).mode & 0o077).toBe(0)
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n')
})

test('a folder that is there keeps its .gitignore, and gets none', async () => {
  const [own, bare] = [makeFolder(), makeFolder()]
  writeFileSync(join(own, '.gitignore'), 'node_modules\n')
  await claim(own)
  await claim(bare)
  expect(readFileSync(join(own, '.gitignore'), 'utf8')).toBe('node_modules\n')
  expect(existsSync(join(bare, '.gitignore'))).toBe(false)
})
