"""Colours and the other choices a product can be offered in, with what they do to the price."""
# ruff: noqa: E501
# fmt: off


def _colours(text: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(tuple(item.split("=")) for item in text.split())


# name: (Chinese, English with _ for a space, hex)
COLOURS = {
    "cloth": _colours(
        "雾蓝=Mist_blue=#9db4c8 燕麦=Oat=#d9c7a8 炭灰=Charcoal=#5a5d66 豆沙=Dusty_rose=#c98b8b 橄榄绿=Olive=#8a8f5c "
        "酒红=Burgundy=#8f3f4c 藏青=Navy=#3f4f73 焦糖=Caramel=#b97a4a 薄荷=Mint=#a3cbb8 奶油白=Cream=#efe4d0 砖红=Brick=#b85c45 藕紫=Lilac=#b79bc4"
    ),
    "bright": _colours(
        "柠黄=Lemon=#eec64f 珊瑚=Coral=#ec7f66 湖蓝=Lake_blue=#4d9cb8 草绿=Grass=#7aa861 黑色=Black=#4a4953 白色=White=#eae6df 樱粉=Cherry_pink=#ea9db0 靛蓝=Indigo=#5565a8"
    ),
    "lips": _colours(
        "枫叶红=Maple_red=#b5382f 玫瑰豆沙=Rose_nude=#c27a78 蜜桃=Peach=#ec9075 复古砖=Vintage_brick=#9c4a38 莓果=Berry=#a03a5c 肉桂奶茶=Cinnamon_milk=#b98068"
    ),
    "wood": _colours("原木=Natural_wood=#c79a68 胡桃=Walnut=#84593f 雾白=Fog_white=#e6dfd3 墨绿=Forest_green=#55745f 浅灰=Light_grey=#a9adb3 焦茶=Umber=#9c6b4c"),
    "tech": _colours("曜石黑=Obsidian=#494b57 冰川银=Glacier_silver=#b5bfca 星夜蓝=Night_blue=#48608f 雾紫=Haze_violet=#9f92bd 松石绿=Turquoise=#6ba59b 珍珠白=Pearl=#e3dcd2"),
    "glass": _colours("茶棕=Amber=#b77a45 青瓷=Celadon=#9cc0b0 雪白=Snow=#e8e0d4 钴蓝=Cobalt=#47639f 釉红=Glaze_red=#b65a4a 海盐=Sea_salt=#a9c3cf"),
    "metal": _colours("香槟金=Champagne_gold=#d8b577 银色=Silver=#b7bcc4 玫瑰金=Rose_gold=#d49a86"),
    "baby": _colours("奶黄=Butter=#f0d48c 浅粉=Soft_pink=#edb7b9 天蓝=Sky=#9cc3dc 嫩绿=Sprout=#b2cc94 米白=Off_white=#ebe0cb 杏色=Apricot=#e9b98d"),
}

# Colours for goods that are not chosen by colour.
TINTS = {
    "botanic": ("#7fa58a", "#c9a27a", "#9db4c8", "#d99a8f", "#b79bc4", "#e0b060"),
    "perfume": ("#e2a9a0", "#b9c48f", "#d8b577", "#9fb7d3", "#b79bc4"),
    "leaf": ("#6f8f66", "#4f7560", "#8a5a3b", "#a8713f", "#5a6f8f", "#b5563f"),
    "broth": ("#b5463a", "#d98545", "#5d7f73", "#48608f", "#8f3f4c"),
    "pastry": ("#f2b7b0", "#f3d59a", "#c9b2dc", "#a9cdb4", "#d9a77c"),
    "peel": ("#f0953b", "#e9b93c", "#d8504a", "#a9bf4c", "#c4577c"),
    "berry": ("#d8434a", "#c43a5c", "#e0605a"),
    "scenery": ("#6f9fb8", "#7a9e7e", "#8f86b8", "#5f9aa0", "#c98a63", "#b5705a"),
    "flower": ("#ea9db0", "#e58a5c", "#c48fc9", "#e9c25a", "#d8605f", "#9fb0dc"),
}

# name: (Chinese axis, English axis, ((Chinese, English, price factor), …))
AXES = {
    "apparel": ("尺码", "Size", (("S", "S", 1), ("M", "M", 1), ("L", "L", 1), ("XL", "XL", 1))),
    "shoe": ("尺码", "Size", tuple((str(n), f"EU {n}", 1) for n in range(36, 42))),
    "height": ("尺码", "Size", tuple((f"{n}cm", f"{n} cm", 1) for n in (73, 80, 90, 100, 110))),
    "ring": ("链长", "Chain length", (("40cm", "40 cm", 1), ("45cm", "45 cm", 1.1))),
    "volume": ("容量", "Volume", (("30ml", "30 ml", 1), ("50ml", "50 ml", 1.5), ("100ml", "100 ml", 2.5))),
    "bottle": ("容量", "Volume", (("250ml", "250 ml", 1), ("500ml", "500 ml", 1.7))),
    "drink": ("容量", "Volume", (("350ml", "350 ml", 1), ("500ml", "500 ml", 1.2), ("750ml", "750 ml", 1.45))),
    "weight": ("净含量", "Net weight", (("125g", "125 g", 1), ("250g", "250 g", 1.8), ("500g", "500 g", 3.3))),
    "crate": ("净含量", "Net weight", (("1.5kg", "1.5 kg", 1), ("2.5kg", "2.5 kg", 1.55), ("4.5kg", "4.5 kg", 2.5))),
    "punnet": ("净含量", "Net weight", (("500g", "500 g", 1), ("1kg", "1 kg", 1.85), ("1.5kg", "1.5 kg", 2.6))),
    "portions": ("份量", "Portions", (("2份装", "2 portions", 1), ("4份装", "4 portions", 1.85), ("8份装", "8 portions", 3.4))),
    "pieces": ("数量", "Pieces", (("4件套", "Set of 4", 1), ("6件套", "Set of 6", 1.4), ("10件套", "Set of 10", 2.1))),
    "cake": ("尺寸", "Size", (("6英寸", "6 inch", 1), ("8英寸", "8 inch", 1.5), ("10英寸", "10 inch", 2.1))),
    "bedsize": ("床宽", "Bed width", (("1.2米床", "1.2 m bed", 0.85), ("1.5米床", "1.5 m bed", 1), ("1.8米床", "1.8 m bed", 1.12))),
    "width": ("宽度", "Width", (("80cm", "80 cm", 1), ("120cm", "120 cm", 1.35), ("160cm", "160 cm", 1.7))),
    "pot": ("规格", "Pot size", (("小盆", "Small pot", 1), ("中盆", "Medium pot", 1.8), ("大盆", "Large pot", 3.4))),
    "storage": ("存储", "Storage", (("128GB", "128 GB", 1), ("256GB", "256 GB", 1.13), ("512GB", "512 GB", 1.33))),
    "memory": ("配置", "Configuration", (("16GB+512GB", "16 GB + 512 GB", 1), ("32GB+1TB", "32 GB + 1 TB", 1.28))),
    "model": ("机型", "Phone size", (("6.1英寸", "6.1 inch", 1), ("6.7英寸", "6.7 inch", 1.05))),
    "kit": ("套装", "Kit", (("单机身", "Body only", 1), ("单镜头套装", "One-lens kit", 1.3), ("双镜头套装", "Two-lens kit", 1.55))),
    "capacity": ("容量", "Capacity", (("10000mAh", "10,000 mAh", 1), ("20000mAh", "20,000 mAh", 1.55))),
    "wheels": ("尺寸", "Size", (("20寸", "20 inch", 1), ("24寸", "24 inch", 1.25), ("28寸", "28 inch", 1.45))),
    "frame": ("车架", "Frame", (("S", "S", 1), ("M", "M", 1), ("L", "L", 1))),
    "thickness": ("厚度", "Thickness", (("6mm", "6 mm", 1), ("8mm", "8 mm", 1.15), ("10mm", "10 mm", 1.25))),
    "load": ("重量", "Weight", (("2kg×2", "2 × 2 kg", 1), ("5kg×2", "2 × 5 kg", 1.9), ("10kg×2", "2 × 10 kg", 3.2))),
    "berths": ("人数", "Sleeps", (("2人", "2 people", 1), ("3–4人", "3–4 people", 1.4), ("5–8人", "5–8 people", 1.9))),
    "room": ("房型", "Room", (("大床房", "Double room", 1), ("双床房", "Twin room", 1.04), ("家庭房", "Family room", 1.4), ("套房", "Suite", 1.85))),
    "nights": ("晚数", "Nights", (("1晚", "1 night", 1), ("2晚连住", "2 nights", 1.85), ("3晚连住", "3 nights", 2.6))),
    "party": ("人数", "People", (("1人", "1 person", 1), ("2人", "2 people", 1.9), ("4人", "4 people", 3.6))),
    "minutes": ("时长", "Duration", (("60分钟", "60 minutes", 1), ("90分钟", "90 minutes", 1.4), ("120分钟", "120 minutes", 1.75))),
    "shots": ("套餐", "Package", (("基础套餐", "Basic package", 1), ("进阶套餐", "Plus package", 1.6), ("全天套餐", "Full-day package", 2.6))),
    "lessons": ("课时", "Lessons", (("体验课1节", "1 trial lesson", 1), ("4节", "4 lessons", 3.6), ("10节", "10 lessons", 8.2))),
    "seats": ("人数", "Diners", (("双人", "For two", 1), ("四人", "For four", 1.85), ("六人", "For six", 2.6))),
    "copies": ("版本", "Edition", (("平装", "Paperback", 1), ("精装", "Hardback", 1.5))),
}
