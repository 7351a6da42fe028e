import type { Page } from 'playwright-core';

/**
 * What is wrong for a thumb: what reaches over the edge, fields that make iOS zoom, and targets that can't be hit on 44 × 44 px. What is
 * hit is asked of the page, point by point: a control's frame, a label and a row's overlay count, what lies under something else doesn't.
 * The one exception is WCAG's (2.5.8): a link among the words of a sentence.
 */
export const misfits = (page: Page): Promise<string[]> =>
	page.evaluate(() => {
		const found: string[] = [];
		const named = (node: Element) => node.outerHTML.replace(/ class="[^"]*"/, '').slice(0, 120);
		const { scrollWidth } = document.scrollingElement!;
		if (scrollWidth > innerWidth) found.push(`scrolls sideways: ${scrollWidth} px`);
		const main = document.querySelector('main');
		if (main && main.scrollWidth > main.clientWidth) found.push(`the page scrolls sideways: ${main.scrollWidth} px of ${main.clientWidth}`);
		const selector = 'a, button, input:not([type=file]), select, textarea, summary, [role=combobox], [role=switch], [role=option], [role=menuitem]';
		for (const target of document.querySelectorAll<HTMLElement>(selector)) {
			const { width, height } = target.getBoundingClientRect();
			if (width <= 1 || height <= 1 || !target.checkVisibility({ visibilityProperty: true })) continue;
			const { display, fontSize } = getComputedStyle(target);
			if (target.matches('input:not([type=checkbox], [type=radio], [type=color]), textarea, select') && parseFloat(fontSize) < 16) found.push(`${fontSize} text: ${named(target)}`);
			if (target.matches('a') && display === 'inline' && target.parentElement!.textContent.trim() !== target.textContent.trim() && getComputedStyle(target.parentElement!).display !== 'flex') continue;
			target.scrollIntoView({ block: 'center', inline: 'center' });
			const area = target.closest('.control') ?? target.closest('label') ?? target;
			const box = target.getBoundingClientRect();
			const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
			const isHit = (atX: number, atY: number) => {
				const hit = document.elementFromPoint(atX, atY);
				return hit !== null && (target.contains(hit) || (area.contains(hit) && (hit.closest(selector) ?? target) === target));
			};
			if (!isHit(x, y)) continue;
			const reach = (dx: number, dy: number) => {
				let far = 0;
				while (far < 44 && isHit(x + dx * (far + 0.5), y + dy * (far + 0.5))) far += 0.5;
				return far;
			};
			const [wide, high] = [reach(-1, 0) + reach(1, 0), reach(0, -1) + reach(0, 1)];
			if (wide < 43 || high < 43) found.push(`${wide} × ${high}: ${named(target)}`);
		}
		return found;
	});
