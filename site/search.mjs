/** The search in the pages: Chinese, which has no spaces, is looked up by pairs of characters. */
export const searchOptions = {
  miniSearch: {
    options: {
      // Sent to the page as text, so it may use nothing from outside.
      tokenize: (text) =>
        text
          .split(/[\s\p{P}]+/u)
          .flatMap((word) =>
            /\p{Script=Han}/u.test(word) && word.length > 2
              ? Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2))
              : [word],
          ),
    },
  },
  locales: {
    zh: {
      translations: {
        button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
        modal: {
          noResultsText: '没有找到',
          resetButtonTitle: '清除',
          backButtonTitle: '关闭',
          displayDetails: '显示详情',
          footer: { selectText: '选择', navigateText: '切换', closeText: '关闭' },
        },
      },
    },
  },
};
