/** What this device is called beside an edit made on it (SY6). */
export const deviceKind = (): 'phone' | 'computer' => (/Mobi|Android|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '') ? 'phone' : 'computer');
