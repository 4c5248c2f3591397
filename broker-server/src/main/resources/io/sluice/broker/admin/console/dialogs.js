// Questions to the person, and what is said to them.

import { el } from './format.js';
import { post } from './net.js';

const by = (id) => document.getElementById(id);

/**
 * Asks; resolves to whether the answer was yes. The way back has the focus, so that a hasty Enter changes nothing.
 */
export function confirmed(question, explanation, verb) {
  return new Promise((resolve) => {
    const no = el('button', { type: 'submit', value: '', autofocus: true }, 'Cancel');
    const yes = el('button', { type: 'submit', value: 'yes', class: 'danger' }, verb);
    const dialog = el(
      'dialog',
      { 'aria-labelledby': 'question' },
      el('form', { method: 'dialog' }, el('h2', { id: 'question' }, question), el('p', {}, explanation), el('div', { class: 'buttons' }, no, yes)),
    );
    open(dialog, () => resolve(dialog.returnValue === 'yes'));
  });
}

function open(dialog, closed) {
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
}

let asking = null;
let declined = false;

/**
 * The token goes to the broker by POST and comes back as a cookie that no script can read.
 *
 * @param unbidden whether nobody has just done what needs it: who has declined is then not asked again
 */
export function askForToken(unbidden = false) {
  // The broker has just said so.
  signedIn('');
  if (unbidden && declined) return Promise.resolve(false);
  asking ??= new Promise((resolve) => {
    const token = el('input', { type: 'password', name: 'token', autocomplete: 'current-password', required: true, spellcheck: 'false', autofocus: true });
    const problem = el('p', { class: 'problem', role: 'alert', hidden: true });
    const dialog = el('dialog', { 'aria-labelledby': 'sign-in' });
    const form = el(
      'form',
      { method: 'dialog' },
      el('h2', { id: 'sign-in' }, 'Sign in with the token'),
      el(
        'p',
        {},
        'Looking into messages and every change need it. It stands in a file that the broker made at its first start: admin.token-file, ' +
          'by default ',
        el('code', {}, '~/.local/state/sluice/admin-token'),
        '.',
      ),
      // Keepers of passwords want to know whose it is.
      el('input', { type: 'text', name: 'username', autocomplete: 'username', value: 'sluice', hidden: true }),
      el('label', {}, 'Token', token),
      problem,
      el(
        'div',
        { class: 'buttons' },
        el('button', { type: 'button', onclick: () => dialog.close('') }, 'Cancel'),
        el('button', { type: 'submit', class: 'main' }, 'Sign in'),
      ),
    );
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      try {
        const { expires } = await post('/api/v1/login', { token: token.value.trim() }, { ask: false });
        signedIn(expires);
        dialog.close('yes');
      } catch (cause) {
        problem.hidden = false;
        problem.textContent = cause.message;
        token.select();
      }
    });
    dialog.append(form);
    open(dialog, () => {
      asking = null;
      declined = dialog.returnValue !== 'yes';
      resolve(!declined);
    });
  });
  return asking;
}

// No script can see the cookie: this is what was last known of it.
const KNOWN = 'sluice-signed-in-until';
let ending;

/** @param until when the session ends; empty: there is none */
export function signedIn(until) {
  clearTimeout(ending);
  const leftMs = until ? Date.parse(until) - Date.now() : 0;
  if (leftMs > 0) {
    localStorage.setItem(KNOWN, until);
    ending = setTimeout(() => signedIn(''), leftMs);
  } else localStorage.removeItem(KNOWN);
  by('sign').textContent = leftMs > 0 ? 'Sign out' : 'Sign in';
}

/** What was known when the page was open the last time, or in another tab. */
export const signedInBefore = () => signedIn(localStorage.getItem(KNOWN) ?? '');

export async function signInOrOut() {
  if (localStorage.getItem(KNOWN)) {
    try {
      await post('/api/v1/logout', {}, { ask: false });
    } catch (cause) {
      say(`You are still signed in: ${cause.message}`, true);
      return;
    }
    signedIn('');
    say('Signed out.');
  } else if (await askForToken()) say('Signed in.');
}

let saying;
export function say(text, bad = false) {
  const said = by('said');
  said.className = bad ? 'toast bad' : 'toast';
  said.textContent = text;
  said.hidden = false;
  clearTimeout(saying);
  saying = setTimeout(() => (said.hidden = true), bad ? 12_000 : 5000);
}

/** Does what a button is for; what goes wrong is said. */
const doing = (action) => async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    await action();
  } catch (cause) {
    say(cause.message, true);
  } finally {
    button.disabled = false;
    // A button that is disabled loses the focus.
    if (document.activeElement === document.body) button.focus();
  }
};

export const button = (label, action, kind) => el('button', { type: 'button', class: kind, onclick: doing(action) }, label);
