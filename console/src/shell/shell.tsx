/** What stands around every page: the menu, the choices, the account. */
import { Spin } from 'antd';
import { Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { Logo } from '@/parts/logo';
import { Account } from './account';
import { Again } from './again';
import { LanguageChoice, ModeChoice } from './choices';
import { Nav } from './nav';
import './shell.css';

export function Shell() {
  const { t } = useTranslation();
  const page = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const isFirst = useRef(true);
  // Whoever goes by keyboard or by ear begins each new page at its heading.
  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else page.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <div className="shell">
      <a className="skip" href="#page" onClick={() => page.current?.focus()}>
        {t('skip')}
      </a>
      <aside className="side">
        <Link to="/overview" className="brand" aria-label={t('product')}>
          <Logo />
          <span className="brand-name">{t('product')}</span>
        </Link>
        <Nav />
      </aside>
      <div className="main">
        <header className="top">
          <LanguageChoice />
          <ModeChoice />
          <Account />
        </header>
        <main id="page" ref={page} tabIndex={-1} className="page">
          <Suspense fallback={<Spin className="page-waits" size="large" delay={200} />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Again />
      <ScrollRestoration />
    </div>
  );
}
