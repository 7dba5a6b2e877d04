// Texts that are known to break programs. Those that could appear in an answer or a log contain the
// marker of the attack.

import { markers } from './leak-detector.ts'

const mark = markers.attack

export const sql = [
  `${mark}'; drop table users; --`,
  `${mark}' or '1'='1`,
  `${mark}'); delete from messages; --`,
  `${mark}" or ""="`,
  `${mark}' union select password_hash from users --`,
  `${mark}'; update users set is_active = false; --`,
  `${mark}\\'; truncate sessions cascade; --`,
  `${mark}$$; drop schema public cascade; $$`,
  `${mark}' || pg_sleep(5) || '`,
  `${mark}%' and 1=cast((select version()) as int) --`,
]

export const forLogs = [
  `${mark}\n{"event":"forged","level":"error"}`,
  `${mark}\r\n--- 2026-01-01T00:00:00.000Z error\nforged\n---\n`,
  `${mark}"}\n{"event":"forged"}`,
  `${mark}\u001b[2J\u001b[31mforged\u001b[0m`,
  `${mark}\u2028{"event":"forged"}\u2029`,
  `${mark}\u0085\u000b\u000cforged`,
  `${mark}","level":"error","event":"forged`,
  `${mark}%0a%7b%22event%22%3a%22forged%22%7d`,
]

export const unicode = [
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udc00y',
  '\udfff\ud800',
  '\ufeff',
  '\ufffe\uffff',
  '\u202e\u202dabc\u202c',
  '\u2066abc',
  '\u200b\u200c\u200d\u2060',
  'e\u0301'.repeat(40),
  `a${'\u0301'.repeat(500)}`,
  'ﷺ'.repeat(100),
  '𝕳𝖔𝖘𝖙𝖎𝖑𝖊',
  '👩‍👩‍👧‍👦'.repeat(20),
  '\u{e0041}\u{e0042}',
  'ı İ ß ſ K',
  'Ａｄａ',
  'аdа',
  '\u2800',
  '\u115f\u3164',
  '\u{10ffff}',
  '𠮷'.repeat(2000),
  '𠮷'.repeat(2001),
]

export const prototypes = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
  'then',
  'toJSON',
]

const template = '$' + '{7*7}'

export const others = [
  '',
  ' ',
  '\n',
  '\t\r\n',
  'null',
  'undefined',
  'true',
  'NaN',
  '-0',
  '1e400',
  '0x10',
  '[object Object]',
  '../../../../etc/passwd',
  `<script>alert("${mark}")</script>`,
  `{{7*7}}${template}<%= 7*7 %>`,
  '%s%n%x%p',
  `${mark}\\u0000\\ud800`,
  `() { :;}; echo ${mark}`,
  'a'.repeat(10_000),
  '0'.repeat(400),
]

export const texts = [...sql, ...forLogs, ...unicode, ...prototypes, ...others]

/** Origins of pages that may neither call nor connect. */
export const foreignOrigins = [
  'https://evil.example',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://127.0.0.1.evil.example:8787',
  'http://evil.example:8787',
  'https://evil.example#http://localhost',
  'http://localhost@evil.example',
  'http://localhost:1:2',
  'http://localhost/',
  'http://localhost:8787/path',
  'file://',
  'data:',
  'chrome-extension://abc',
  'http://[::ffff:127.0.0.1]',
  'HTTP://LOCALHOST',
  'http://localhost http://evil.example',
  'null, http://localhost',
  '*',
]

/** Fields that no user may set, neither of an account nor of a message. */
export const privileges: Record<string, unknown> = {
  id: '00000000-0000-4000-8000-000000000000',
  user_id: '00000000-0000-4000-8000-000000000000',
  username: 'root',
  is_active: true,
  is_admin: true,
  role: 'admin',
  is_deleted: true,
  revision: 1_000_000,
  seq: 1_000_000_000,
  created_at: '1970-01-01T00:00:00.000Z',
  updated_at: '2099-01-01T00:00:00.000Z',
  created_seq: 0,
  password_hash: 'x',
  session_id: '00000000-0000-4000-8000-000000000000',
  token_type: 'admin',
  scope: '*',
}

/** Matches an answer in which one of the privileges was accepted. */
export const acceptedPrivileges =
  /"(user_|session_)?id":"00000000-0000-4000-8000-0+"|"(cre|upd)ated_at":"(1970|2099)-|"revision":1000000\b|"password_hash"|"is_admin"/
