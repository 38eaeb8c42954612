"""Sentences for product descriptions and posts, by top category; every sentence in Chinese and English."""
# ruff: noqa: E501
# fmt: off

Pair = tuple[str, str]

# Placeholders: {title} the product, {noun} its kind, {feature} and {style} the words of its title, {city} the shop's.
DESCRIPTIONS: dict[str, tuple[tuple[Pair, ...], tuple[Pair, ...]]] = {
    "fashion": (
        (("这件{noun}主打「{feature}」，上身轻松有型。", "This {noun} is all about {feature}: easy to wear, with a clear shape."), ("「{feature}」搭配「{style}」，从工作日穿到周末。", "{Feature} meets {style}: made for weekdays and weekends alike."), ("版型改了七次才定下来，{feature}是它的底气。", "It took seven fittings to get right, and {feature} is its strength.")),
        (("做工细密，多次洗涤后仍保持挺括。", "Fine stitching that keeps its shape wash after wash."), ("颜色经过低饱和调校，深浅肤色都合适。", "The muted colours flatter every skin tone."), ("建议按平时尺码选择，支持七天无理由退换。", "Choose your usual size; returns are free within seven days.")),
    ),
    "accessories": (
        (("一件耐看的{noun}：{feature}，{style}。", "A {noun} you will not tire of: {feature} and {style}."), ("「{feature}」质感在线，日常出门就用它。", "The {feature} finish makes it an everyday companion.")),
        (("附防尘袋与礼盒，送人也体面。", "Comes with a dust bag and gift box."), ("经过耐用测试，常用常新。", "Tested for daily use, and stays like new."), ("手工收边，细节经得起近看。", "Hand-finished edges that bear a close look.")),
    ),
    "beauty": (
        (("以「{feature}」为核心，给你恰到好处的{style}体验。", "Built around {feature}, for a {style} experience that is just right."), ("这款{noun}质地轻盈，{feature}是它的灵魂。", "A light {noun} with {feature} at its heart.")),
        (("不含酒精与色素，敏感肌也可先做局部测试后使用。", "Free from alcohol and dyes; sensitive skin should patch-test first."), ("早晚皆可用，少量多次更显效果。", "Use morning or night; a little at a time works best."), ("瓶身可回收，空瓶寄回可抵扣下一单。", "The packaging is recyclable, and empties earn credit on your next order.")),
    ),
    "home": (
        (("让{noun}回到生活里：{feature}，{style}，看着就安心。", "A {noun} for real life: {feature}, {style} and calming to look at."), ("「{feature}」带来自然的触感，适合小户型，也撑得起大空间。", "The {feature} touch suits a small flat and holds its own in a large room.")),
        (("出厂前逐件检验，破损包赔。", "Every piece is checked before it leaves; breakages are replaced."), ("尺寸逐件实测标注，下单前可对照。", "Measured sizes are listed, so you can check before ordering."), ("日常打理很简单。", "Easy to look after from day to day.")),
    ),
    "food": (
        (("{feature}的滋味，{style}，打开就想分享。", "The taste of {feature}: {style}, and made to be shared."), ("选用当季原料，小批量制作，保留{feature}本来的味道。", "Made in small batches from seasonal ingredients to keep the true taste of {feature}.")),
        (("下单后四十八小时内发出，冷热天都有保护包装。", "Dispatched within 48 hours, packed for hot and cold days."), ("配料表干净，没有多余的添加。", "A short, clean list of ingredients."), ("置于阴凉干燥处，开封后请尽快享用。", "Keep cool and dry; enjoy soon after opening.")),
    ),
    "digital": (
        (("{feature}与{style}兼顾的一款{noun}。", "A {noun} that is both {feature} and {style}."), ("为每天都要用的人设计：{feature}，上手即会。", "Designed for everyday use: {feature}, and clear from the first minute.")),
        (("全国联保两年，支持以旧换新。", "Two-year warranty, with trade-in."), ("包装内含充电线与快速指南。", "The box includes a cable and a quick guide."), ("固件持续更新，越用越顺手。", "Regular updates keep making it better.")),
    ),
    "baby": (
        (("给宝宝的{noun}，我们只选「{feature}」。", "For a child's {noun} we choose {feature}, nothing less."), ("{style}设计，{feature}，爸妈省心，宝宝喜欢。", "A {style} design with {feature}: easy for parents, loved by children.")),
        (("通过婴幼儿用品安全检测，边角圆润。", "Safety-tested for infants, with rounded edges."), ("易清洁，日常打理不费心。", "Easy to clean and to look after."), ("适合送满月礼与周岁礼。", "A good gift for a newborn or a first birthday.")),
    ),
    "sports": (
        (("为出门而生的{noun}：{feature}，{style}。", "A {noun} made for going out: {feature} and {style}."), ("「{feature}」带来稳定表现，新手和老手都合用。", "The {feature} build performs steadily for beginners and old hands alike.")),
        (("经过三百小时实地测试。", "Tested in the field for three hundred hours."), ("收纳不占地方，附使用说明。", "Takes little room, and comes with a guide."), ("关键部件提供两年质保。", "Key parts carry a two-year warranty.")),
    ),
    "travel": (
        (("{feature}的好时光，从这份{style}{noun}开始。", "Good days at {feature} begin with this {style} {noun}."), ("我们走过很多次，才把「{feature}」的{noun}做成现在的样子。", "We went many times before settling on this {feature} {noun}.")),
        (("提前一天可免费改期，确认后短信通知。", "Change the date free up to one day ahead; confirmation by text message."), ("价格已含服务费，无隐形消费。", "Service is included; there are no hidden charges."), ("有管家一对一答疑，从出发到返程。", "A host answers your questions from departure to return.")),
    ),
    "shoes": (
        (("一双走得远的{noun}：{feature}，{style}。", "A {noun} that goes far: {feature} and {style}."), ("「{feature}」配「{style}」，百搭也舒服。", "{Feature} meets {style}: comfortable with anything you wear.")),
        (("鞋楦按亚洲脚型调校，脚背高也不挤。", "The last is shaped for high insteps and does not pinch."), ("大底耐磨防滑，雨天也稳。", "A hard-wearing sole that grips on wet ground."), ("偏大偏小均可免费换码一次。", "One free exchange for another size.")),
    ),
    "scent": (
        (("前调清亮，{feature}慢慢散开，留下{style}的余味。", "A bright opening, then {feature} unfolds and leaves a {style} trail."), ("以{feature}为主角的{noun}，{style}，不张扬。", "A {noun} led by {feature}: {style} and never loud.")),
        (("小批量调制，每一批都由调香师试香。", "Blended in small batches, each one tested by the perfumer."), ("附试香卡，不喜欢可无忧退回。", "Comes with a tester card; return it unopened if it is not for you."), ("请避光保存，远离高温。", "Keep away from light and heat.")),
    ),
    "plants": (
        (("把{feature}带回家：{style}，一眼就有生气。", "Bring {feature} home: {style}, and full of life."), ("这份{noun}以{feature}为主角，{style}，每一份都现配现发。", "This {noun} stars {feature}: {style}, prepared to order.")),
        (("专用保湿箱发货，到货蔫了包赔。", "Shipped in a moisture box; replaced if it arrives wilted."), ("附养护卡，照着做就行。", "Comes with a care card: just follow it."), ("实物因季节略有差异，花艺师会同色替换。", "Each season differs a little; the florist substitutes in the same colours.")),
    ),
    "appliances": (
        (("{feature}与{style}兼顾的一款{noun}，第一次用也会上手。", "A {noun} that is both {feature} and {style}, clear from the first use."), ("小小一台{noun}，{feature}，日常省下不少时间。", "A small {noun}, {feature}, and a saver of time every day.")),
        (("三重安全保护，用完自动断电。", "Triple protection with automatic switch-off."), ("配件可拆洗，清洁不费力。", "Parts come off for easy cleaning."), ("整机保修两年。", "Two-year warranty on the whole machine.")),
    ),
    "local": (
        (("{feature}主题的{style}{noun}，预约即享。", "A {style} {noun} with a {feature} theme, by appointment."), ("把两个小时留给自己，试试「{feature}」{noun}。", "Keep two hours for yourself and try the {feature} {noun}.")),
        (("购买后九十天内有效，到店出示券码即可。", "Valid for ninety days; show the code when you arrive."), ("场地安静明亮，离地铁步行五分钟。", "A quiet, bright place five minutes from the metro."), ("需提前一天预约，未使用可随时退款。", "Book one day ahead; unused vouchers are refunded at any time.")),
    ),
}

# Placeholders of posts: {noun}, {city}, {when}, {friend}, {count}; {title} only in PRAISE.
TITLES: tuple[Pair, ...] = (
    ("终于等到这款{noun}，值了", "The {noun} I waited for was worth it"),
    ("用了{count}天，来交{noun}作业", "{count} days with this {noun}: my report"),
    ("被{friend}问了三次链接的{noun}", "{Friend} asked me for this {noun} three times"),
    ("{city}好物｜不想再换的{noun}", "Found in {city}: a {noun} I will not replace"),
    ("真心话：这{noun}比想象中好", "Honestly, this {noun} is better than I expected"),
    ("给纠结{noun}的姐妹一个答案", "If you cannot decide on a {noun}, read this"),
    ("{when}的小确幸，是它给的", "{When}: a small joy"),
    ("回购党报到，{noun}篇", "Bought again, with pleasure: my {noun}"),
    ("不踩雷清单之{noun}", "My no-regret list: the {noun}"),
)

TOPIC_TITLES: dict[str, tuple[Pair, ...]] = {
    "fashion": (("小个子也能穿的{noun}，氛围感拿捏", "A {noun} for petite figures, with the right mood"), ("一周通勤穿搭，{noun}穿出{count}种样子", "A week of office looks: {count} ways with one {noun}"), ("衣橱减法后，我留下了这件{noun}", "I cleared my wardrobe and kept this {noun}")),
    "accessories": (("每次出门都想带上的{noun}", "The {noun} I want to take everywhere"), ("{noun}控的年度爱用", "A {noun} lover's favourite of the year")),
    "beauty": (("换季脸不慌，{noun}空瓶记", "Seasonal skin, calm face: an empty {noun} later"), ("早八人的{count}分钟快手步骤", "A {count}-minute routine for early mornings"), ("成分党拆解：这款{noun}值不值", "For ingredient readers: is this {noun} worth it?")),
    "home": (("出租屋改造｜一个{noun}带来的变化", "Rented flat makeover: what one {noun} changed"), ("我家最舒服的角落长这样", "This is the cosiest corner of my home"), ("{count}平米小家，也要有好看的{noun}", "Even {count} square metres deserve a lovely {noun}")),
    "food": (("打工人的{count}分钟好好吃饭", "Eating well in {count} minutes on a workday"), ("一口就记住的味道", "A taste I remember from the first bite"), ("周末早餐桌，今天吃什么", "The weekend breakfast table: what are we having?")),
    "digital": (("桌面改造完成，{noun}立大功", "Desk makeover done, thanks to the {noun}"), ("不吹不黑，{noun}真实体验", "No hype: living with this {noun}"), ("效率翻倍的小装备", "Small gear that doubled my pace")),
    "baby": (("新手妈妈的{noun}避坑笔记", "A new mum's notes on choosing a {noun}"), ("带娃{count}个月，最值的一件", "{count} months with a baby: the best thing we bought"), ("宝宝天天抱着不撒手", "My little one will not let go of it")),
    "sports": (("周末出逃计划，装备这样带", "A weekend escape: what I packed"), ("坚持运动{count}天，身体会回答", "{count} days of exercise, and the body answers"), ("新手第一次，照着准备就行", "First time out? Just pack this")),
    "travel": (("{when}，我决定出去走走", "A trip I decided on {when}"), ("人少景美，这趟攻略请收好", "Fewer crowds, better views: keep this guide"), ("在路上的第{count}天，不想回家", "Day {count} on the road and I do not want to go home")),
    "shoes": (("一天{count}千步，脚还是舒服的", "{count} thousand steps a day and still comfortable"), ("鞋柜里出场率最高的一双", "The most worn pair on my rack")),
    "scent": (("闻到它就想起某个下午", "A scent that takes me back to an afternoon"), ("小众{noun}分享，被问了{count}次", "A lesser-known {noun} I was asked about {count} times")),
    "plants": (("家里有了它，周一也没那么讨厌", "With this at home, Mondays are not so bad"), ("养到第{count}天，状态比刚来时还好", "Day {count}, and it looks better than on arrival")),
    "appliances": (("幸福感拉满的小家电，真的会天天用", "A small appliance I really use every day"), ("入手{noun}{count}天，省下好多时间", "{count} days with a {noun}, and so much time saved")),
    "local": (("在{city}找到一处安静的地方", "I found a quiet place in {city}"), ("和{friend}的周末约会，去了这里", "A weekend date with {friend}: we went here"), ("下班后的{count}小时，留给自己", "{count} hours after work, just for me")),
}

OPENINGS: tuple[Pair, ...] = (
    ("{when}收到的，拖到今天才有空好好写一篇。", "It arrived {when}, and only today do I have time to write about it."),
    ("先说结论：会推荐给{friend}的那种。", "The verdict first: I would recommend it to {friend}."),
    ("本来只是随手逛逛，没想到一眼就看中了。", "I was only browsing and knew at first sight."),
    ("做了{count}天功课，最后还是选了这家。", "After {count} days of research I still chose this shop."),
    ("{friend}来家里玩，一进门就问我在哪儿买的 ☺️", "{Friend} came over and asked where I bought it before sitting down ☺️"),
    ("写在前面：自己花钱买的，说点真实感受。", "For the record: I paid for it myself, so here is what I really think."),
    ("最近{city}总下雨，待在家里的时间多了，也更在意身边的小东西。", "It keeps raining in {city}; more time indoors makes me notice small things."),
    ("说真的，年纪越大越愿意为「每天都用得上」花钱。", "The older I get, the more I spend on things I use every day."),
)

PRAISE: dict[str, tuple[Pair, ...]] = {
    "fashion": (("「{title}」的垂感很好，走路带风，坐一天也不皱。", "The {title} hangs beautifully and stays smooth after a day of sitting."), ("我选的是{option}，「{title}」实物比图片更温柔。", "I chose {option}; the {title} looks even softer than in the photos."), ("「{title}」单穿利落，叠穿也不臃肿。", "The {title} is crisp on its own and never bulky in layers.")),
    "accessories": (("「{title}」细节很耐看，同事以为我花了大价钱。", "The {title} bears a close look; colleagues thought I had splurged."), ("出门前拿起「{title}」，整个人就完整了。", "I pick up the {title} on my way out and feel complete."), ("「{title}」分量刚好，用久了也不累。", "The {title} has just the right weight, even after hours.")),
    "beauty": (("「{title}」用着很舒服，第二天醒来状态还在。", "The {title} feels lovely, and the effect is still there next morning."), ("「{title}」味道清淡，不会抢香水的风头。", "The {title} smells faint enough not to fight with perfume."), ("一点点「{title}」就够用，很耐用。", "A little of the {title} goes a long way.")),
    "home": (("「{title}」摆上去的那一刻，房间忽然有了重心。", "The moment the {title} was in place, the room had a centre."), ("「{title}」手感扎实，边角处理得很干净。", "The {title} feels solid, with neatly finished edges."), ("晚上灯一开，「{title}」就是整个家最温柔的角落。", "In the evening light, the {title} makes the gentlest corner of the flat.")),
    "food": (("「{title}」一打开香气就出来了，家里人抢着吃。", "Open the {title} and the aroma fills the room; everyone wanted some."), ("「{title}」不会太甜也不会太咸，刚刚好。", "The {title} is neither too sweet nor too salty: just right."), ("早上配着「{title}」，一天都有精神。", "Start the morning with the {title} and the day goes well.")),
    "digital": (("「{title}」连着用了一周，没有掉过链子。", "A full week with the {title} and not one hiccup."), ("「{title}」做工比同价位扎实，接口位置也顺手。", "The {title} is better built than others at the price, and the ports are where you want them."), ("通勤路上全靠「{title}」撑着，安静又省心。", "The {title} carries my commute: quiet and carefree.")),
    "baby": (("「{title}」没有怪味，用了一阵子还像新的。", "The {title} has no odd smell and still looks new after a while."), ("宝宝看到「{title}」就笑，带出门也方便。", "The baby smiles at the {title}, and it is easy to take along."), ("「{title}」边角圆圆的，放手让他玩也放心。", "The {title} is rounded everywhere, so I can let my child explore.")),
    "sports": (("「{title}」第一天上手就很顺，表现稳定。", "The {title} felt right from day one and did its job."), ("「{title}」做工扎实，细节看得出是懂运动的人设计的。", "The {title} is solidly made, clearly by people who know the sport."), ("练完一身汗，「{title}」擦一擦就干净。", "After a sweaty session the {title} wipes clean.")),
    "travel": (("「{title}」安排得不紧不慢，拍照的时间也留够了。", "The {title} was well paced, with plenty of time for photos."), ("订的{option}，「{title}」比预想中安静，睡到自然醒。", "We booked {option}; the {title} was quieter than expected and we slept in."), ("「{title}」的工作人员很热情，小问题十分钟就解决。", "The people behind the {title} were kind and solved a small problem in ten minutes.")),
    "shoes": (("「{title}」不磨脚，第一天就走了一万步。", "The {title} did not rub; I walked ten thousand steps on day one."), ("「{title}」配裙子配裤子都好看。", "The {title} looks good with skirts and trousers alike."), ("我穿的是{option}，「{title}」按平时的码买就行。", "I wear {option}; order the {title} in your usual size.")),
    "scent": (("「{title}」不冲，留香刚好到下班。", "The {title} is never sharp and lasts until the end of the workday."), ("「{title}」放在床头，睡前闻着特别安心。", "The {title} stands by my bed; its scent is calming before sleep."), ("「{title}」的瓶身也好看，摆着就是装饰。", "The {title} is pretty enough to be a decoration.")),
    "plants": (("「{title}」包装很用心，到家一点没伤。", "The {title} was packed with care and arrived unharmed."), ("「{title}」放在窗边，整个屋子都亮了。", "With the {title} by the window the whole room brightened."), ("「{title}」比图片还大一圈，很有诚意。", "The {title} is even fuller than in the picture.")),
    "appliances": (("「{title}」声音不大，早上用也不吵人。", "The {title} is quiet enough for early mornings."), ("「{title}」按键清楚，妈妈看一遍就会了。", "The {title} has clear buttons; my mum learned it at once."), ("「{title}」不占地方，用完随手一放就好。", "The {title} takes little room and is put away in a moment.")),
    "local": (("「{title}」环境干净，工作人员很有耐心，不推销。", "The {title} came with a clean room, patient staff and no hard sell."), ("约的{option}，「{title}」结束后整个人都松下来了。", "We booked {option}; after the {title} I felt completely relaxed."), ("「{title}」细节做得很用心，连茶点都是现做的。", "The {title} was done with care; even the snacks were freshly made.")),
}

SERVICE_OPENINGS: tuple[Pair, ...] = (
    ("{when}去的，回来一直想写一篇。", "I went {when} and have wanted to write about it ever since."),
    ("先说结论：会推荐给{friend}的那种。", "The verdict first: I would recommend it to {friend}."),
    ("和{friend}一起去的，两个人都很满意 ☺️", "I went with {friend}, and we were both happy ☺️"),
    ("做了{count}天攻略，最后订了这家。", "After {count} days of planning I booked this one."),
    ("写在前面：自己花钱订的，说点真实感受。", "For the record: I paid for it myself, so here is what I really think."),
    ("忙了一整个月，总算给自己放了个假。", "After a busy month I finally gave myself a break."),
)

SERVICE_TITLES: tuple[Pair, ...] = (
    ("真心话：这次{noun}比想象中好", "Honestly, this {noun} was better than I expected"),
    ("{city}｜值得专门来一趟的{noun}", "{City}: a {noun} worth the journey"),
    ("被{friend}安利的{noun}，没有失望", "{Friend} talked me into this {noun}, and I was not disappointed"),
    ("不踩雷清单之{noun}", "My no-regret list: the {noun}"),
)

SERVICE_ADVICE: tuple[Pair, ...] = (
    ("小建议：尽量选工作日，人少体验更好。", "A tip: choose a weekday; fewer people, better time."),
    ("提前{count}天预约比较稳，热门时段很快就满。", "Book {count} days ahead; popular times fill quickly."),
    ("记得穿舒服的衣服，带好充电宝。", "Wear comfortable clothes and bring a power bank."),
    ("{friend}下个月也想去，我已经把链接发过去了。", "{Friend} wants to go next month; I have already sent the link."),
    ("对比过好几家，这家的客服最耐心。", "I compared several; this one has the most patient service."),
)

ADVICE: tuple[Pair, ...] = (
    ("小建议：先收藏，等到店铺活动再下手更划算。", "A tip: save it and wait for a shop promotion."),
    ("如果是第一次买，照着我选的那款就不会错。", "If it is your first time, pick the one I chose."),
    ("唯一的小缺点是快递等了{count}天，不过值得。", "The only drawback was waiting {count} days for it; worth it."),
    ("{friend}也跟着入手了，反馈一致好评。", "{Friend} got one as well and agrees."),
    ("对比过好几家，这家的客服最耐心。", "I compared several shops; this one has the most patient service."),
    ("预算有限的话，先选基础款，够用很久。", "On a budget? Start with the basic version; it lasts."),
)

CLOSINGS: tuple[Pair, ...] = (
    ("有问题评论区问我，看到都会回 💬", "Ask me in the comments; I answer everyone 💬"),
    ("以上，希望对你有用。", "That is all. I hope it helps."),
    ("下次再写一篇长期使用的感受。", "I will write again after using it for longer."),
    ("喜欢就收藏起来吧，慢慢看 ✨", "Save it for later if you like it ✨"),
    ("生活不用很贵，用心就很好。", "Life need not be expensive; care is enough."),
    ("今天的分享就到这里，晚安。", "That is today's note. Good night."),
    ("你们最近都买了什么？也推荐给我。", "What have you bought lately? Tell me."),
)

WHEN: tuple[Pair, ...] = (
    ("上周末", "last weekend"), ("前几天", "a few days ago"), ("月初", "at the start of the month"),
    ("发工资那天", "on payday"), ("生日前一天", "the day before my birthday"), ("立秋那天", "on the first day of autumn"),
)

FRIENDS: tuple[Pair, ...] = (
    ("室友", "my flatmate"), ("妈妈", "my mum"), ("同事", "my colleague"), ("闺蜜", "my best friend"),
    ("姐姐", "my sister"), ("邻居", "my neighbour"), ("男朋友", "my boyfriend"),
)

AUTHORS: tuple[Pair, ...] = (
    ("阿橘不吃辣", "Orange No Chilli"), ("山里来信", "Letters from the Hills"), ("小鹿今天早起", "Early Deer"),
    ("糯米团子", "Rice Dumpling"), ("北岛的猫", "North Island Cat"), ("林间有风", "Wind in the Woods"),
    ("周末去哪儿", "Where This Weekend"), ("豆豆妈", "Doudou's Mum"), ("一只慢蜗牛", "One Slow Snail"),
    ("七月半糖", "July Half Sugar"), ("木木的小屋", "Mumu's Cottage"), ("拾光者", "Light Gatherer"),
    ("今天也要好好吃饭", "Eat Well Today"), ("晚风与海", "Evening Wind and Sea"), ("阿初", "Achu"),
    ("柠檬气泡水", "Lemon Soda"), ("通勤两小时", "Two-hour Commuter"), ("苏打饼干", "Soda Cracker"),
    ("南方有雨", "Rain in the South"), ("不困小姐", "Miss Awake"), ("老陈爱露营", "Chen Goes Camping"),
    ("青柠与书", "Lime and Books"), ("圆圆日记", "Yuanyuan's Diary"), ("西瓜味的夏天", "Watermelon Summer"),
    ("三餐四季", "Three Meals, Four Seasons"), ("大眼睛木木", "Big-eyed Mumu"), ("云朵收集员", "Cloud Collector"),
    ("跑步的栗子", "Running Chestnut"), ("半日闲人", "Half a Day Free"), ("灯下读诗", "Poems by Lamplight"),
)
